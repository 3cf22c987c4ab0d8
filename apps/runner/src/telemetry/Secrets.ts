// The secrets that this process has read so far. None of them may be in a trace: whatever lets one in, it goes no further
// than the last filter (see Allowed).
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"

/** Shorter ones would be found in words that have nothing to do with them. */
const SHORTEST = 6

export class Secrets extends Context.Reference<Secrets>()("@inlet/runner/telemetry/Secrets", {
  defaultValue: () => new Set<string>()
}) {}

const REDACTED = "[REDACTED]"

/** Whoever reads a secret tells it here. */
export const learn = (...read: ReadonlyArray<Redacted.Redacted | null>): Effect.Effect<void> =>
  Effect.map(Secrets, (secrets) => {
    for (const one of read) {
      const secret = one === null ? "" : Redacted.value(one)
      if (secret.length < SHORTEST) continue
      secrets.add(secret).add(encodeURIComponent(secret))
    }
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

/** The text without any of them. */
export const redact = (secrets: ReadonlySet<string>, text: string): string => {
  let redacted = text
  for (const secret of secrets) if (redacted.includes(secret)) redacted = redacted.replaceAll(secret, REDACTED)
  return redacted
}

/** A value whose name says that it is one. */
export const isNamed = (key: string): boolean =>
  /token|secret|passw|authorization|cookie|credential|api[-_.]?key|private[-_.]?key/i.test(key)

export const HIDDEN = REDACTED
