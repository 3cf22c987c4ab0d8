// What the tests of the Strava emulator share: a plain client over a real socket, and the few fields they look at.
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { StravaEmulator } from "../src/index.ts"

export const Activity = Schema.Struct({
  id: Schema.Int,
  name: Schema.String,
  athlete: Schema.Struct({ id: Schema.Int }),
  sport_type: Schema.String,
  type: Schema.String,
  distance: Schema.Number,
  moving_time: Schema.Int,
  elapsed_time: Schema.Int,
  start_date: Schema.String,
  start_date_local: Schema.String,
  timezone: Schema.String,
  utc_offset: Schema.Number,
  upload_id: Schema.NullOr(Schema.Int),
  upload_id_str: Schema.optional(Schema.String),
  start_latlng: Schema.Array(Schema.Number),
  map: Schema.Struct({ summary_polyline: Schema.String }),
  gear_id: Schema.NullOr(Schema.String),
  kudos_count: Schema.Int,
  manual: Schema.Boolean,
  trainer: Schema.Boolean,
  commute: Schema.Boolean,
  private: Schema.Boolean,
  visibility: Schema.Literal("everyone", "followers_only", "only_me")
})
export type Activity = typeof Activity.Type

const Tokens = Schema.Struct({
  token_type: Schema.Literal("Bearer"),
  access_token: Schema.String,
  refresh_token: Schema.String,
  expires_at: Schema.Int,
  expires_in: Schema.Int,
  scope: Schema.String,
  athlete: Schema.optional(Schema.Struct({ id: Schema.Int, resource_state: Schema.Literal(2) }))
})

/** Reads a JSON text as what a schema says. */
export const reader = <A, I>(schema: Schema.Schema<A, I>) => Schema.decodeSync(Schema.parseJson(schema))
export const readActivities = reader(Schema.Array(Activity))
export const readTokens = reader(Tokens)
export const readAdded = reader(Schema.Struct({ now: Schema.String, added: Schema.NonEmptyArray(Schema.Int) }))
const readFault = reader(
  Schema.Struct({
    message: Schema.String,
    errors: Schema.Array(Schema.Struct({ resource: Schema.String, field: Schema.String, code: Schema.String }))
  })
)

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

/** What an error says, in one line. */
export const fault = ({ status, text }: Answer) => {
  const { errors, message } = readFault(text)
  return [status, message, ...errors.map(({ code, field, resource }) => `${resource}/${field}/${code}`)].join(" ")
}

/** Where the demo begins unless a test says otherwise. */
export const now = "2026-11-01T12:00:00Z"

export const start = Effect.fnUntraced(function* (options: StravaEmulator.Options = {}) {
  const strava = yield* StravaEmulator.start({ now: new Date(now), ...options })

  const send = (method: string, target: string, headers: Record<string, string> = {}, body?: string) =>
    Effect.promise(async (): Promise<Answer> => {
      const response = await fetch(new URL(target, strava.url), {
        method,
        headers,
        redirect: "manual",
        ...(body === undefined ? {} : { body })
      })
      return { status: response.status, headers: response.headers, text: await response.text() }
    })

  const form = (target: string, members: Record<string, string>, headers: Record<string, string> = {}) =>
    send(
      "POST",
      target,
      { "content-type": "application/x-www-form-urlencoded", ...headers },
      new URLSearchParams(members).toString()
    )
  const application = { client_id: strava.clientId, client_secret: strava.clientSecret }
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
  const token = strava.tokens.issue().accessToken
  const control = (method: string, name: string, body?: unknown) =>
    send(method, `/_emulator/${name}`, {}, body === undefined ? undefined : JSON.stringify(body))

  return {
    ...strava,
    send,
    form,
    bearer,
    control,
    /** Of the first athlete, with all scopes. */
    token,
    get: (path: string, as = token, headers: Record<string, string> = {}) =>
      send("GET", `${strava.apiUrl}${path}`, { ...bearer(as), ...headers }),
    authorize: (query: Record<string, string> = {}, init: { readonly form?: URLSearchParams } = {}) => {
      const parameters = new URLSearchParams({
        client_id: strava.clientId,
        redirect_uri: "http://127.0.0.1:9/callback",
        response_type: "code",
        scope: "read,activity:read_all",
        state: "s t&te",
        ...query
      })
      const url = `${strava.authUrl}/authorize?${parameters}`
      return init.form === undefined ? send("GET", url) : form(url, Object.fromEntries(init.form))
    },
    exchange: (code: string, members: Record<string, string> = {}) =>
      form(`${strava.authUrl}/token`, { ...application, grant_type: "authorization_code", code, ...members }),
    refresh: (refreshToken: string, members: Record<string, string> = {}) =>
      form(`${strava.authUrl}/token`, {
        ...application,
        grant_type: "refresh_token",
        refresh_token: refreshToken,
        ...members
      }),
    /** All that an athlete has, whatever its visibility. */
    held: (athlete: number) =>
      Effect.map(control("GET", `items?athlete=${athlete}`), ({ text }) => readActivities(text))
  }
})
