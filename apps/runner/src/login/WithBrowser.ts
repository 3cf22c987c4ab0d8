// A person signs in with a browser on this computer.
import { OAuth } from "@inlet/sdk"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Queue from "effect/Queue"
import * as Activity from "../output/Activity.ts"
import { Output } from "../output/Output.ts"
import * as Waiting from "../output/Waiting.ts"
import * as Browser from "./Browser.ts"
import * as Redirect from "./Redirect.ts"
import type * as Signing from "./Signing.ts"

export interface Options {
  /** 0 for a free one. */
  readonly port: number
  /** Whether to open the browser. */
  readonly open: boolean
}

const close = "You can close this window."

const page = (outcome: Either.Either<OAuth.Granted, { readonly message: string }>, service: string): Redirect.Page =>
  Either.match(outcome, {
    onRight: () => ({ status: 200, title: `Signed in to ${service}`, text: close }),
    onLeft: ({ message }) => ({
      status: 200,
      title: `Not signed in to ${service}`,
      text: `Inlet says: ${message}. ${close}`
    })
  })

const late = () => new OAuth.SignInError({ reason: "Expired", detail: "no answer came within 10 minutes" })

/** The first visit that is the answer. Whatever else comes may come from anybody, and ends nothing. */
const answer = Effect.fnUntraced(function* (
  { visits }: Redirect.Redirect,
  signIn: OAuth.SignIn,
  { service }: OAuth.Provider,
  keep: Signing.Keep
) {
  const output = yield* Output
  for (;;) {
    const left = signIn.until - (yield* Clock.currentTimeMillis)
    const visit = yield* Effect.timeoutFail(Queue.take(visits), { duration: left, onTimeout: late })
    const outcome = yield* Effect.either(Effect.tap(signIn.finish(visit.url), keep))
    if (Either.isLeft(outcome) && outcome.left.reason === "Foreign") {
      const text =
        "This does not belong to the sign-in that is under way. Open the address that inlet login has printed."
      yield* visit.answer({ status: 400, title: "Not an answer", text })
      yield* output.note(`warning: ${outcome.left.message}; the sign-in goes on`)
      continue
    }
    yield* visit.answer(page(outcome, service))
    return yield* outcome
  }
})

/** What the person granted; the port is open until that is kept. */
export const signIn = Effect.fnUntraced(function* (
  provider: OAuth.Provider,
  { open, port }: Options,
  keep: Signing.Keep
) {
  const output = yield* Output
  const redirect = yield* Redirect.listen(port)
  const signIn = yield* OAuth.begin(provider, redirect.url)
  yield* output.complain(`To sign in to ${provider.service}, open this address:\n\n  ${signIn.url.href}\n`)
  yield* output.note(`The answer is waited for at ${redirect.url.href}, for 10 minutes; Ctrl-C stops it.`)
  if (open) yield* Browser.open(signIn.url)
  return yield* Activity.during(`waiting for ${provider.service} to lead the browser back`, (tell) => {
    tell((now) => `${Waiting.span(Math.max(0, Math.ceil((signIn.until - now) / 1000)))} left`)
    return answer(redirect, signIn, provider, keep)
  })
}, Effect.scoped)
