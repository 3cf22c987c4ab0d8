// The secrets that this process knows of: those that it has read so far, and what its environment calls one. None of them may be
// in a trace, in the log or in an error: whatever lets one in, it goes no further than the last filter (see Allowed).
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"

/** Shorter ones would be found in words that have nothing to do with them. */
const SHORTEST = 6

/** A value whose name says that it is one. */
export const isNamed = (key: string): boolean =>
  /token|secret|passw|authorization|cookie|credential|api[-_.]?key|private[-_.]?key/i.test(key)

/** As it is, and as an address or JSON has it. */
const add = (secrets: Set<string>, secret: string) => {
  if (secret.length < SHORTEST) return
  secrets.add(secret).add(encodeURIComponent(secret)).add(JSON.stringify(secret).slice(1, -1))
}

/** Of this process. */
const known = new Set<string>()
for (const [name, value = ""] of Object.entries(process.env)) if (isNamed(name)) add(known, value)

export class Secrets extends Context.Reference<Secrets>()("@inlet/runner/telemetry/Secrets", {
  defaultValue: () => known
}) {}

const REDACTED = "[REDACTED]"

/** Whoever reads a secret tells it here. */
export const learn = (...read: ReadonlyArray<Redacted.Redacted | null>): Effect.Effect<void> =>
  Effect.map(Secrets, (secrets) => {
    for (const one of read) if (one !== null) add(secrets, Redacted.value(one))
  })

const at = (value: unknown, path: ReadonlyArray<string>): unknown =>
  path.reduce((part, key) => (Predicate.hasProperty(part, key) ? part[key] : undefined), value)

/** The same for those that stand at these places of a configuration. */
export const learnAt = (configuration: unknown, paths: ReadonlyArray<ReadonlyArray<string>>): Effect.Effect<void> =>
  learn(
    ...paths
      .map((path) => at(configuration, path))
      .filter(Predicate.isString)
      .map((text) => Redacted.make(text))
  )

/** What looks like one, whoever wrote it and wherever: tokens of GitHub and keys of Databox, and who signs in by an address. */
const SHAPES = /\b(?:gh[a-z]_|github_pat_|pak_)\w{8,}|(?<=:\/\/)(?!REDACTED:)[^\s/?#@:]*:[^\s/?#@]*(?=@)/g

/** The text without any of them. */
export const redact = (secrets: ReadonlySet<string>, text: string): string => {
  let redacted = text
  for (const secret of secrets) if (redacted.includes(secret)) redacted = redacted.replaceAll(secret, REDACTED)
  return redacted.replace(SHAPES, REDACTED)
}

/** The text without what this process knows of. */
export const hide = (text: string): string => redact(known, text)

export const HIDDEN = REDACTED
