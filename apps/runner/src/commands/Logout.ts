// `inlet logout`: gives the tokens of a source back to the service and forgets them. They are forgotten also where the service
// cannot be told: who signs out of this computer wants that here nobody is signed in any more, whatever the network does.
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import { Connections, type TokenStore } from "@inlet/core"
import { OAuth } from "@inlet/sdk"
import * as Effect from "effect/Effect"
import * as Connectors from "../configuration/Connectors.ts"
import * as Signing from "../login/Signing.ts"
import * as Activity from "../output/Activity.ts"
import { Output } from "../output/Output.ts"
import * as Composition from "../run/Composition.ts"

export const run = Effect.fnUntraced(function* ({ source }: { readonly source: string }) {
  const output = yield* Output
  const { configuration, provider } = yield* Signing.source(source)
  const { service } = provider
  let revoked = false
  /** Why the service may know the sign-in still; null where it does not. */
  const left = (tokens: TokenStore.Tokens | null) =>
    tokens === null
      ? Effect.succeed("what was kept cannot be read, so it was not given back")
      : OAuth.revoke(provider, tokens).pipe(
          Effect.map((taken) => (taken ? null : `${service} takes no sign-in back`)),
          Effect.catchAll(({ message }) => Effect.succeed(message))
        )
  const revoke = Effect.fnUntraced(function* (tokens: TokenStore.Tokens | null) {
    const why = yield* left(tokens)
    revoked = why === null
    if (revoked) return
    yield* output.warn(
      `${why}. The sign-in may live on there: to be sure, remove this application in your settings at ${service}.`
    )
  })
  const forgetting = Effect.flatMap(Connections.Connections, ({ forget }) => forget(source, revoke)).pipe(
    Effect.provide([Composition.connected(configuration.store), FetchHttpClient.layer])
  )
  const known = yield* Activity.during(`signing out of ${service}`, () => forgetting)
  if (output.json) yield* output.item({ source, revoked })
  yield* output.say(
    known ? `Signed out: nothing that opens ${service} is kept any more.` : `Nobody was signed in to ${service}.`
  )
  return 0
}, Effect.provide(Connectors.layer))
