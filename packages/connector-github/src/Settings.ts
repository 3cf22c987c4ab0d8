// What a user configures for GitHub.
import { Config } from "@inlet/sdk"
import * as Schema from "effect/Schema"

const text = Schema.String.annotations({ message: () => "must be a text" })

/** A repository, or a pattern or topic that selects some. */
const SELECTOR = /^(?:(?:[\w-][\w.-]*\/)?topic:[a-z0-9][a-z0-9-]{0,49}|[\w-][\w.-]*\/(?!\.{1,2}$)[\w.*-]+)$/

const Repository = text.pipe(
  Schema.filter((name) => SELECTOR.test(name), {
    message: () => "must be owner/name, owner/*, owner/prefix-*, topic:name or owner/topic:name"
  })
)

const Repositories = Schema.NonEmptyArray(Repository).pipe(
  Schema.filter((names) => new Set(names.map((name) => name.toLowerCase())).size === names.length, {
    message: () => "must not name a repository twice"
  })
)

/** An id, which YAML may take for a number. */
const id = (pattern: RegExp, problem: string) =>
  Schema.transform(
    Schema.Union(Schema.Int, Schema.String).annotations({ message: () => ({ message: problem, override: true }) }),
    Schema.String.pipe(Schema.filter((id) => pattern.test(id), { message: () => problem })),
    { strict: true, decode: String, encode: (id) => id }
  )

const App = Schema.Struct({
  id: id(/^[\w.-]{1,64}$/, "must be the app's id or client id").annotations({
    description: "The app's id or client id."
  }),
  privateKey: Config.privateKey.annotations({
    description:
      "A private key of the app: the PEM file with its line breaks, with \\n in their place, or all of it in base64."
  }),
  installation: id(/^\d{1,19}$/, "must be the number of an installation").annotations({
    description: "The number of the app's installation, the last part of its settings page's address."
  })
})
export type App = typeof App.Type

const wholeNumber = (from: number, to: number) =>
  Schema.Int.pipe(Schema.between(from, to)).annotations({
    message: () => `must be a whole number from ${from} to ${to.toLocaleString("en")}`
  })

export const Settings = Schema.Struct({
  token: Schema.optionalWith(
    Config.secret.annotations({
      description: "A personal access token. Without one, and without an app: public data only, 60 requests an hour."
    }),
    { exact: true }
  ),
  app: Schema.optionalWith(App.annotations({ description: "A GitHub App to sign in as, in the place of a token." }), {
    exact: true
  }),
  baseUrl: Config.baseUrl("https://api.github.com"),
  repositories: Repositories.annotations({
    description:
      "What to read: owner/name, patterns such as owner/* and owner/prefix-*, or all with a topic as topic:name and owner/topic:name."
  }),
  pageSize: Schema.optionalWith(wholeNumber(1, 100).annotations({ description: "Items a page; 100 unless told." }), {
    exact: true,
    default: () => 100
  }),
  requestsPerMinute: Schema.optionalWith(
    wholeNumber(1, 1_000_000).annotations({
      description: "Requests a minute at most; 800 unless told, since GitHub answers 900 to one endpoint."
    }),
    { exact: true, default: () => 800 }
  ),
  details: Schema.optionalWith(
    wholeNumber(0, 1_000_000).annotations({
      description:
        "How many pull requests and deployments of a repository a first or full reading looks into one by one, the newest first; 500 unless told."
    }),
    { exact: true, default: () => 500 }
  )
}).pipe(
  Schema.filter(({ app, token }) =>
    app === undefined || token === undefined
      ? undefined
      : { path: ["app"], message: "must not stand beside a token: sign in with one of the two" }
  )
)
export type Settings = typeof Settings.Type
