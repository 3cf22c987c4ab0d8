// Why there is no new package.
import * as Schema from "effect/Schema"

/**
 * Why there is no new package: what happened, and what to do, as sentences for people. Nothing was changed.
 *
 * @since 0.1.0
 */
export class ScaffoldError extends Schema.TaggedError<ScaffoldError>("@inlet/create-connector/ScaffoldError")(
  "ScaffoldError",
  { detail: Schema.String, fix: Schema.String }
) {
  override get message() {
    return this.detail
  }
}
