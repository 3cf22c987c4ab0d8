// A loopback Strava: demo athletes behind its OAuth 2 with rotating tokens, its rate limits and its API, so that a
// connector can be tried without an account, an application or a person who agrees.
import * as Crypto from "node:crypto"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import type { Credential } from "./Journal.ts"
import * as Loopback from "./Loopback.ts"
import { type Reply, type Request, withHeaders } from "./Message.ts"
import { Behaviour, type BehaviourInput } from "./StravaBehaviour.ts"
import * as StravaControl from "./StravaControl.ts"
import * as StravaDemo from "./StravaDemo.ts"
import * as StravaFault from "./StravaFault.ts"
import * as StravaOAuth from "./StravaOAuth.ts"
import * as StravaQuota from "./StravaQuota.ts"
import * as StravaRoutes from "./StravaRoutes.ts"
import * as StravaScope from "./StravaScope.ts"
import * as StravaTokens from "./StravaTokens.ts"
import { daySeconds } from "./StravaZone.ts"

export interface Options extends StravaDemo.Options {
  /** 0 or absent: a free port. */
  readonly port?: number | undefined
  /** Default `12345`. */
  readonly clientId?: string | undefined
  /** Default `strava_emulator_secret`. */
  readonly clientSecret?: string | undefined
  readonly behaviour?: BehaviourInput | undefined
  /**
   * Where the emulator's clock stands at first, from where it runs as Effect's clock does; default: as that stands. The
   * demo's activities fill the year before.
   */
  readonly now?: Date | undefined
  /** What `apiUrl` and `authUrl` begin with, for an emulator behind a proxy. Default: the emulator's own address. */
  readonly publicUrl?: string | undefined
}

export interface Started {
  readonly url: string
  readonly port: number
  readonly apiUrl: string
  readonly authUrl: string
  readonly clientId: string
  readonly clientSecret: string
  readonly athletes: ReadonlyArray<{ readonly id: number; readonly name: string; readonly timezone: string }>
  readonly tokens: {
    /** Signs in without a browser: by default the first athlete, with all scopes. */
    readonly issue: (grant?: Partial<StravaTokens.Grant>) => StravaTokens.Pair
    /** The athlete takes it back; false: there was nothing. */
    readonly revoke: (athlete: number) => boolean
  }
}

const api = "/api/v3"

/** Serves until the scope closes. Control: the shared surface of every emulator, and `StravaControl`. */
export const start: (options?: Options) => Effect.Effect<Started, Loopback.EmulatorError, Scope.Scope> =
  Effect.fnUntraced(function* (options = {}) {
    const { activities = 400, athletes = 2, clientId = "12345", clientSecret = "strava_emulator_secret" } = options
    const invalid = (detail: string) => new Loopback.EmulatorError({ reason: "InvalidOptions", detail })
    if (!(Number.isInteger(athletes) && athletes >= 1 && athletes <= 4)) return yield* invalid("athletes is not 1 to 4")
    if (!(activities >= 0 && activities <= 4000)) return yield* invalid("activities is not 0 to 4000")
    const initial = yield* Schema.decode(Behaviour)(options.behaviour ?? {}).pipe(
      Effect.mapError(({ message }) => invalid(message))
    )

    const clock = yield* Effect.clock
    const started = Math.floor((options.now?.getTime() ?? clock.unsafeCurrentTimeMillis()) / 1000)
    const ahead = started - clock.unsafeCurrentTimeMillis() / 1000
    let advanced = 0
    const now = () => Math.floor(clock.unsafeCurrentTimeMillis() / 1000 + ahead) + advanced
    let behaviour = initial
    let demo = StravaDemo.make(options, started)
    const quota = StravaQuota.make(now)
    const tokens = StravaTokens.make(now, () => behaviour)

    /** Says how much is used; a call beyond the limits is answered with that alone. */
    const metered = (family: "overall" | "read", answer: () => Reply): Reply => {
      const reply = quota.spend(family, behaviour.rateLimit) ? answer() : StravaFault.overLimit
      return behaviour.rateLimitHeaders ? withHeaders(reply, quota.headers(behaviour.rateLimit)) : reply
    }

    const oauth = StravaOAuth.make({
      clientId,
      clientSecret,
      demo: () => demo,
      behaviour: () => behaviour,
      tokens,
      now,
      metered: (answer) => metered("overall", answer)
    })

    /** Tags an answer; one that the client has already is 304, which costs as much. */
    const conditional = (reply: Reply, { headers }: Request): Reply => {
      if (reply.status !== 200) return reply
      const etag = `W/"${Crypto.createHash("md5").update(reply.body).digest("hex")}"`
      return headers["if-none-match"] === etag
        ? { status: 304, headers: { etag }, body: "" }
        : withHeaders(reply, { etag })
    }

    const resource = (request: Request): Reply => {
      if (behaviour.inactive) return StravaFault.inactive
      const grant = tokens.holder(StravaOAuth.bearer(request.headers))
      const diary = grant === undefined ? undefined : demo.find(grant.athlete)
      if (grant === undefined || diary === undefined) return StravaFault.badToken
      const { seed } = demo
      const call = { request, behaviour, seed, now: now(), diary, scopes: grant.scopes }
      const answer = () =>
        StravaRoutes.answer(call, request.path.slice(api.length)) ?? StravaFault.notFound("resource/path/invalid")
      return { ...metered("read", () => conditional(answer(), request)), note: { athlete: grant.athlete } }
    }

    const handler = (request: Request): Reply => {
      const signingIn = oauth.answer(request)
      if (signingIn !== undefined) return signingIn
      return request.path.startsWith(`${api}/`) ? resource(request) : StravaFault.notFound("resource/path/invalid")
    }

    const credential = (headers: Request["headers"]): Credential => {
      if (headers.authorization === undefined) return "none"
      return oauth.knows(headers) ? "right" : "wrong"
    }

    const served = yield* Loopback.serve({
      port: options.port,
      handler,
      credential,
      control: StravaControl.make({
        demo: () => demo,
        behaviour: () => behaviour,
        setBehaviour: (next) => {
          behaviour = next
        },
        tokens,
        now,
        advance: (days) => {
          advanced += Math.round(days * daySeconds)
          demo.live(now())
        }
      }),
      refuse: StravaFault.usual,
      latencyMillis: () => behaviour.latencyMillis,
      reset: () => {
        advanced = 0
        behaviour = initial
        demo = StravaDemo.make(options, started)
        quota.clear()
        tokens.clear()
      }
    })

    const base = options.publicUrl?.replace(/\/$/, "") ?? served.url
    return {
      ...served,
      apiUrl: `${base}${api}`,
      authUrl: `${base}/oauth`,
      clientId,
      clientSecret,
      athletes: demo.diaries.map(({ athlete: { firstname, home, id, lastname } }) => ({
        id,
        name: `${firstname} ${lastname}`,
        timezone: home.zone
      })),
      tokens: {
        issue: ({ athlete = demo.diaries[0]?.athlete.id ?? 0, scopes = StravaScope.all } = {}) =>
          tokens.issue({ athlete, scopes }),
        revoke: tokens.forget
      }
    }
  })
