// What a user configures for GitHub.
import { Config } from "@inlet/sdk"
import * as Schema from "effect/Schema"

const Repository = Schema.String.annotations({ message: () => "must be a text" }).pipe(
  Schema.filter((name) => /^[\w.-]+\/[\w.-]+$/.test(name), { message: () => "must be owner/name" })
)

const Repositories = Schema.NonEmptyArray(Repository).pipe(
  Schema.filter((names) => new Set(names.map((name) => name.toLowerCase())).size === names.length, {
    message: () => "must not name a repository twice"
  })
)

export const Settings = Schema.Struct({
  /** A personal access token, or any other that GitHub takes as Bearer. Without one: public data, 60 requests an hour. */
  token: Schema.optionalWith(Config.secret, { exact: true }),
  baseUrl: Config.baseUrl("https://api.github.com"),
  repositories: Repositories,
  /** Items a page; GitHub serves no more than 100. */
  pageSize: Schema.optionalWith(Schema.Int.pipe(Schema.between(1, 100)), { exact: true, default: () => 100 })
})
export type Settings = typeof Settings.Type
