// `inlet login`: somebody signs in to a source, in a browser or on another device. What that brings is kept encrypted.
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import { Connections } from "@inlet/core"
import type { OAuth } from "@inlet/sdk"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Connectors from "../configuration/Connectors.ts"
import * as OnDevice from "../login/OnDevice.ts"
import * as Signing from "../login/Signing.ts"
import * as WithBrowser from "../login/WithBrowser.ts"
import { UsageError } from "../output/Failure.ts"
import { Output } from "../output/Output.ts"
import * as Composition from "../run/Composition.ts"
import * as TokenKey from "../run/TokenKey.ts"

export interface Options {
  readonly source: string
  readonly noBrowser: boolean
  readonly port: Option.Option<number>
  readonly device: boolean
}

/** How the person is to sign in, as far as the service has it. */
const way = (provider: OAuth.Provider, { device, noBrowser, port, source }: Options) => {
  const { authorizeUrl, deviceUrl, grant, service } = provider
  const refuse = (detail: string, fix: string) => new UsageError({ detail, fix })
  if (grant === "client_credentials") {
    return refuse(`The source ${source} signs in to ${service} by itself.`, `inlet sync ${source}`)
  }
  if (device && (noBrowser || Option.isSome(port))) {
    return refuse("--device goes with neither --port nor --no-browser.", `inlet login ${source} --device`)
  }
  if (device && deviceUrl === undefined) {
    return refuse(`${service} knows no sign-in on another device.`, `inlet login ${source}`)
  }
  if (device) return Effect.succeed((keep: Signing.Keep) => OnDevice.signIn(provider, keep))
  if (authorizeUrl === undefined) {
    return refuse(`${service} knows no sign-in in a browser.`, `inlet login ${source} --device`)
  }
  const open = !noBrowser && process.stdin.isTTY === true && process.stderr.isTTY === true
  const browser = { open, port: Option.getOrElse(port, () => 0) }
  return Effect.succeed((keep: Signing.Keep) => WithBrowser.signIn(provider, browser, keep))
}

export const run = Effect.fnUntraced(function* (options: Options) {
  const output = yield* Output
  const { source } = options
  const { configuration, provider } = yield* Signing.source(source)
  const signIn = yield* way(provider, options)
  // A key that cannot be used shall not cost the person a sign-in.
  const key = yield* TokenKey.source
  yield* TokenKey.keys(key, configuration.store).current
  const failed = Signing.failed(source)
  const { missing, tokens } = yield* Effect.gen(function* () {
    const { authorize } = yield* Connections.Connections
    return yield* signIn(({ tokens }) => authorize(source, tokens))
  }).pipe(
    Effect.catchTags({ SignInError: failed, SourceError: failed }),
    Effect.provide([Composition.connected(configuration.store), FetchHttpClient.layer])
  )

  const { expiresAt, scopes } = tokens
  const list = (scopes: ReadonlyArray<string>) => scopes.join(", ")
  if (missing.length > 0) {
    yield* output.warn(`${provider.service} does not let Inlet do all that was asked for: ${list(missing)}`)
  }
  if (output.json) {
    const expiry = expiresAt === null ? null : new Date(expiresAt).toISOString()
    yield* output.item({ source, scopes, expiry })
  }
  yield* output.say(
    `Signed in to ${provider.service}${scopes.length > 0 ? ` (${list(scopes)})` : ""}. Next: inlet sync ${source}`
  )
  return 0
}, Effect.provide(Connectors.layer))
