// What a user configures for GitHub.
import { Config } from "@inlet/sdk"
import * as Schema from "effect/Schema"

const Repository = Schema.String.annotations({ message: () => "must be a text" }).pipe(
  Schema.filter((name) => /^[\w-][\w.-]*\/(?!\.{1,2}$)[\w.-]+$/.test(name), { message: () => "must be owner/name" })
)

const Repositories = Schema.NonEmptyArray(Repository).pipe(
  Schema.filter((names) => new Set(names.map((name) => name.toLowerCase())).size === names.length, {
    message: () => "must not name a repository twice"
  })
)

export const Settings = Schema.Struct({
  token: Schema.optionalWith(
    Config.secret.annotations({
      description: "A personal access token. Without one: public data only, 60 requests an hour."
    }),
    { exact: true }
  ),
  baseUrl: Config.baseUrl("https://api.github.com"),
  repositories: Repositories.annotations({ description: "What to read, as owner/name." }),
  pageSize: Schema.optionalWith(
    Schema.Int.pipe(Schema.between(1, 100)).annotations({
      description: "Items a page; 100 unless told.",
      message: () => "must be a whole number from 1 to 100"
    }),
    { exact: true, default: () => 100 }
  )
})
export type Settings = typeof Settings.Type
