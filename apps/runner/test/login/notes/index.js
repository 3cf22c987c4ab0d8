// A connector of somebody else's that signs in by OAuth2 as it is told to.
import { Column, Config, Dataset, OAuth, Rest, RestStream, SourceHttp } from "@inlet/sdk"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

const meaning = "What it is."

/** The same list under several names, for several pipelines. */
const names = Array.from({ length: 8 }, (_, index) => (index === 0 ? "notes" : `notes_${index + 1}`))

const notes = (stream) =>
  RestStream.make({
    dataset: Dataset.make(
      { stream, version: 1, primaryKey: "note_id", time: "written_at", meaning },
      { note_id: Column.id("id", { meaning }), written_at: Column.timestamp("written_at", { meaning }) }
    ),
    template: "/api/notes"
  })

const settings = Schema.Struct({
  baseUrl: Config.baseUrl("https://notes.example"),
  clientId: Schema.optionalWith(Schema.String, { default: () => "inlet" }),
  clientSecret: Config.secret,
  needed: Schema.optionalWith(Schema.Array(Schema.String), { default: () => ["notes:read"] }),
  grant: Schema.optional(Schema.Literal("authorization_code", "client_credentials")),
  pkce: Schema.optionalWith(Schema.Boolean, { default: () => true }),
  device: Schema.optionalWith(Schema.Boolean, { default: () => true })
})

const oauth = ({ baseUrl, clientId, clientSecret, device, grant, needed, pkce }) => ({
  service: "Notes",
  clientId,
  clientSecret,
  authorizeUrl: new URL("/auth", baseUrl),
  tokenUrl: new URL("/token", baseUrl),
  revokeUrl: new URL("/token/revocation", baseUrl),
  ...(device && { deviceUrl: new URL("/device/auth", baseUrl) }),
  ...(grant && { grant }),
  scopes: ["notes:read", "notes:private"],
  needed,
  pkce
})

// biome-ignore lint/style/noDefaultExport: this is how a connector is found.
export default Rest.connector({
  name: "@acme/inlet-connector-notes",
  version: "1.0.0",
  hosts: [],
  config: settings,
  streams: Object.fromEntries(names.map((name) => [name, notes(name)])),
  oauth,
  service: (config, name) =>
    Effect.gen(function* () {
      const auth = yield* OAuth.auth(oauth(config), name)
      return { http: yield* SourceHttp.make({ service: "Notes", baseUrl: config.baseUrl, credential: name, auth }) }
    })
})
