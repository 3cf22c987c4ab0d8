// A file of keys, one a line in base64, the newest last. Keys are only added: stores elsewhere may still need the older ones.
import { createSecretKey, type KeyObject, randomBytes } from "node:crypto"
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync
} from "node:fs"
import { dirname } from "node:path"
import { TokenStore } from "@inlet/core"
import * as Effect from "effect/Effect"

const BYTES = 32

/** The key that is written as 64 hexadecimal digits, or in base64. */
export const parse = (text: string): KeyObject | undefined => {
  const encoding = /^[0-9a-f]{64}$/i.test(text) ? "hex" : /^[\w+/-]{43}=?$/.test(text) ? "base64" : undefined
  return encoding === undefined ? undefined : createSecretKey(text, encoding)
}

const codeOf = (cause: unknown): string | undefined =>
  cause instanceof Error && "code" in cause ? String(cause.code) : undefined

const refuse = (reason: TokenStore.TokenError["reason"], detail: string) =>
  new TokenStore.TokenError({ reason, detail })

/** Runs `f`; what the file system refuses is told as `what`. */
const attempt = <A>(path: string, what: string, f: () => A) =>
  Effect.try({
    try: f,
    catch: (cause) => {
      if (cause instanceof TokenStore.TokenError) return cause
      const code = codeOf(cause)
      if (code === undefined) throw cause
      return refuse("NoKey", `The key file ${path} cannot be ${what} (${code})`)
    }
  })

/** Does something with an open file. */
const opened = <A>(path: string, flags: number, use: (file: number) => A): A => {
  const file = openSync(path, flags, 0o600)
  try {
    return use(file)
  } finally {
    closeSync(file)
  }
}

const flushed = (path: string, flags: number, text = ""): void =>
  opened(path, flags, (file) => {
    if (text !== "") writeSync(file, text)
    fsyncSync(file)
  })

/** Its keys; none where there is no file. A line that a power loss cut short is no key. Refused where others may read it. */
export const read = (path: string): Effect.Effect<ReadonlyArray<KeyObject>, TokenStore.TokenError> =>
  attempt(path, "read", () => {
    try {
      return opened(path, constants.O_RDONLY, (file) => {
        // Windows has no such rights.
        if (process.platform !== "win32" && (fstatSync(file).mode & 0o077) !== 0) {
          throw refuse("KeyExposed", `The key file ${path} is open to other users of this computer: chmod 600 ${path}`)
        }
        const keys = readFileSync(file, "utf8")
          .split("\n")
          .flatMap((line) => parse(line) ?? [])
        if (keys.length > 0) return keys
        throw refuse("NoKey", `The file ${path} holds no key: ${BYTES} bytes in base64 on a line`)
      })
    } catch (cause) {
      if (codeOf(cause) === "ENOENT") return []
      throw cause
    }
  })

const line = (): string => `${randomBytes(BYTES).toString("base64")}\n`

/** A folder's names are on the disk once it is flushed, where the system does that. */
const flushFolder = (path: string): void => {
  if (process.platform !== "win32") flushed(path, constants.O_RDONLY)
}

/** Makes the file with a key in it, both for the user alone. Where another process was faster, its key stays. */
export const create = (path: string): Effect.Effect<void, TokenStore.TokenError> =>
  attempt(path, "made", () => {
    const folder = dirname(path)
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    // Under its name it is never without a key, whatever is killed when.
    const whole = `${path}.${randomBytes(6).toString("hex")}`
    try {
      flushed(whole, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, line())
      linkSync(whole, path)
    } catch (cause) {
      if (codeOf(cause) !== "EEXIST") throw cause
    } finally {
      rmSync(whole, { force: true })
    }
    flushFolder(folder)
  })

/** Adds a key, which counts from now on. */
export const add = (path: string): Effect.Effect<void, TokenStore.TokenError> =>
  // Behind a line that was cut short, too.
  attempt(path, "written", () => flushed(path, constants.O_WRONLY | constants.O_APPEND, `\n${line()}`))
