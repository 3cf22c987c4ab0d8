// A person signs in on another device, where this computer has no browser.
import { OAuth } from "@inlet/sdk"
import * as Effect from "effect/Effect"
import * as Activity from "../output/Activity.ts"
import { Output } from "../output/Output.ts"
import { clean } from "../output/Table.ts"
import * as Time from "../output/Time.ts"
import * as Waiting from "../output/Waiting.ts"
import type * as Signing from "./Signing.ts"

/** What the person granted. */
export const signIn = Effect.fnUntraced(function* (provider: OAuth.Provider, keep: Signing.Keep) {
  const output = yield* Output
  const { code, completeUrl, finish, until, url } = yield* OAuth.beginOnDevice(provider)
  yield* output.complain(
    `To sign in to ${provider.service}, open this address on any device and enter ${clean(code)} there:\n\n  ${url.href}\n`
  )
  if (completeUrl !== null) yield* output.note(`With the code in it: ${completeUrl.href}`)
  const end = Time.stamp(new Date(until).toISOString())
  yield* output.note(`The code is good until ${end} UTC; Ctrl-C stops it.`)
  return yield* Activity.during("waiting for the code to be entered", (tell) => {
    tell((now) => `${Waiting.span(Math.max(0, Math.ceil((until - now) / 1000)))} left`)
    return Effect.tap(finish, keep)
  })
})
