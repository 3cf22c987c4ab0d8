// The key that tokens are encrypted with: in the environment, or in a file of the user's, which does not lie beside them. It
// is not looked for before somebody signs in.
import type { KeyObject } from "node:crypto"
import { homedir } from "node:os"
import { dirname, isAbsolute, join } from "node:path"
import { TokenStore } from "@inlet/core"
import type { SqliteStore } from "@inlet/store-sqlite"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Setting from "../configuration/Setting.ts"
import { learn } from "../telemetry/Secrets.ts"
import * as KeyFile from "./KeyFile.ts"

/** Where a key comes from. */
export type Source =
  | { readonly _tag: "Variable"; readonly name: string; readonly text: Redacted.Redacted }
  | { readonly _tag: "File"; readonly path: string }

export const NAME = "INLET_KEY"

/** How to make a key. */
export const MAKE = "openssl rand -base64 32"

/** The variable where it is set; one that is empty is not. */
export const variable = (name: string): Effect.Effect<Option.Option<Extract<Source, { readonly _tag: "Variable" }>>> =>
  Config.redacted(name).pipe(
    Effect.option,
    Effect.map(Option.filter((text) => Redacted.value(text) !== "")),
    Effect.tap((found) => learn(Option.getOrNull(found))),
    Effect.map(Option.map((text) => ({ _tag: "Variable", name, text })))
  )

/** In the user's configuration, by the XDG Base Directory Specification. */
const file: Effect.Effect<Source> = Effect.map(Setting.variable("XDG_CONFIG_HOME"), (configured) => {
  const folder = configured !== undefined && isAbsolute(configured) ? configured : join(homedir(), ".config")
  return { _tag: "File", path: join(folder, "inlet", "key") }
})

/** The one that counts here. */
export const source: Effect.Effect<Source> = Effect.flatMap(
  variable(NAME),
  Option.match({ onNone: () => file, onSome: Effect.succeed })
)

export const describe = (source: Source): string =>
  source._tag === "Variable" ? `the variable ${source.name}` : `the file ${source.path}`

/** The key in a variable. */
export const inVariable = ({
  name,
  text
}: Extract<Source, { readonly _tag: "Variable" }>): Effect.Effect<KeyObject, TokenStore.TokenError> => {
  const key = KeyFile.parse(Redacted.value(text).trim())
  const detail = `The variable ${name} holds no key: 32 bytes in base64 or hexadecimal are one, as from ${MAKE}`
  return key === undefined ? new TokenStore.TokenError({ reason: "NoKey", detail }) : Effect.succeed(key)
}

/** The keys of a source, for the tokens in a store. */
export const keys = (source: Source, store: string): SqliteStore.Keys => {
  const where = describe(source)
  if (source._tag === "Variable") {
    const key = inVariable(source)
    return { where, current: key, known: Effect.map(key, (one) => [one]) }
  }
  const { path } = source
  const known = Effect.suspend(() => {
    if (dirname(path) !== dirname(store)) return KeyFile.read(path)
    const detail = `The key file ${path} lies beside the store, where it protects nothing: move the store, or use ${NAME}`
    return new TokenStore.TokenError({ reason: "KeyExposed", detail })
  })
  const newest = Effect.map(known, (keys) => keys.at(-1))
  const current = newest.pipe(
    Effect.flatMap((key) => (key === undefined ? Effect.zipRight(KeyFile.create(path), newest) : Effect.succeed(key))),
    Effect.flatMap((key) => {
      const detail = `The key file ${path} was removed as soon as it was made`
      return key === undefined ? new TokenStore.TokenError({ reason: "NoKey", detail }) : Effect.succeed(key)
    })
  )
  return { where, known, current }
}
