// What a user configures for Strava.
import { Config } from "@inlet/sdk"
import * as Schema from "effect/Schema"

/** The application's id, a number that YAML may hand over as one. */
const ClientId = Schema.transform(
  Schema.Union(Schema.Int, Schema.String).annotations({
    message: () => ({ message: "must be the number of an application", override: true })
  }),
  Schema.String.pipe(
    Schema.filter((id) => /^\d{1,19}$/.test(id), { message: () => "must be the number of an application" })
  ),
  { strict: true, decode: String, encode: (id) => id }
)

const Scope = Schema.String.annotations({ message: () => "must be a text" }).pipe(
  Schema.filter((scope) => /^[a-z]+(:[a-z]+)?(_all)?$/.test(scope), {
    message: () => "must be a scope of Strava, such as activity:read_all"
  })
)

/** Either lets activities be read; the second one also those that only the athlete sees. */
export const ACTIVITY_SCOPES = ["activity:read", "activity:read_all"] as const

const Scopes = Schema.Array(Scope).pipe(
  Schema.filter((scopes) => ACTIVITY_SCOPES.some((one) => scopes.includes(one)), {
    message: () => `must contain ${ACTIVITY_SCOPES.join(" or ")}`
  })
)

const wholeNumber = (from: number, to: number) =>
  Schema.Int.pipe(Schema.between(from, to)).annotations({
    message: () => `must be a whole number from ${from} to ${to.toLocaleString("en")}`
  })

export const Settings = Schema.Struct({
  clientId: ClientId.annotations({ description: "The application's client id, see strava.com/settings/api." }),
  clientSecret: Config.secret.annotations({ description: "The application's client secret, from the same page." }),
  apiUrl: Config.baseUrl("https://www.strava.com/api/v3"),
  authUrl: Config.baseUrl("https://www.strava.com/oauth"),
  scopes: Schema.optionalWith(
    Scopes.annotations({
      description: "What the athlete is asked for; read, activity:read_all and profile:read_all unless told."
    }),
    { exact: true, default: () => ["read", "activity:read_all", "profile:read_all"] }
  ),
  lookBackDays: Schema.optionalWith(
    wholeNumber(1, 365).annotations({
      description:
        "For how many days activities are looked at again for edits, deletions and late uploads; 30 unless told."
    }),
    { exact: true, default: () => 30 }
  ),
  details: Schema.optionalWith(
    wholeNumber(0, 1_000_000).annotations({
      description:
        "How many activities a run of activity_details, and one of laps, looks into one by one; the next run goes on. 200 unless told."
    }),
    { exact: true, default: () => 200 }
  )
})
export type Settings = typeof Settings.Type
