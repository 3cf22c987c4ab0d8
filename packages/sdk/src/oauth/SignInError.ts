// How a person's sign-in can end without tokens, where the service could be asked.
import * as Schema from "effect/Schema"

/**
 * A person's sign-in came to nothing. `reason` says why:
 *
 * - `Denied`: the person did not agree.
 * - `Scopes`: the person agreed to less than is needed.
 * - `Expired`: it took too long, or somebody else was faster.
 * - `Foreign`: what came is not the answer to this sign-in. It says nothing about it: the right answer may come still.
 * - `Refused`: the service does not take part, for instance since it does not know the client.
 *
 * @since 0.1.0
 */
export class SignInError extends Schema.TaggedError<SignInError>("@inlet/sdk/SignInError")("SignInError", {
  reason: Schema.Literal("Denied", "Scopes", "Expired", "Foreign", "Refused"),
  /** One plain sentence without a code, a token or a state. */
  detail: Schema.String
}) {
  override get message() {
    return this.detail
  }
}
