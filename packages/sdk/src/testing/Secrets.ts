// What must not get out: the secrets of a configuration and the tokens, in all the ways in which they are written.
import { Buffer } from "node:buffer"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import type { Connector } from "../Connector.ts"

/** Shorter ones are found in any text. */
const SHORTEST = 4

const leaves = (value: unknown): ReadonlyArray<string> => {
  if (typeof value === "string") return [value]
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(leaves) : []
}

/** The texts at which the decoded configuration has something redacted, as they are and as they were given. */
const redacted = (decoded: unknown, given: unknown): ReadonlyArray<string> => {
  if (Redacted.isRedacted(decoded)) return [...leaves(Redacted.value(decoded)), ...leaves(given)]
  if (typeof decoded !== "object" || decoded === null) return []
  return Object.entries(decoded).flatMap(([name, member]) =>
    redacted(member, Predicate.hasProperty(given, name) ? given[name] : undefined)
  )
}

/** The decoded configuration, where it can be decoded. */
export const decoded = ({ config }: Connector, given: unknown): Option.Option<unknown> =>
  Schema.decodeUnknownOption(config)(given)

/** The secrets of a configuration. */
export const of = (connector: Connector, given: unknown): ReadonlyArray<string> =>
  Option.match(decoded(connector, given), { onNone: () => [], onSome: (config) => redacted(config, given) })

/** What a configuration tells openly. */
export const open = (connector: Connector, given: unknown): ReadonlyArray<string> => {
  const secret = new Set(of(connector, given))
  return leaves(given).filter((text) => !secret.has(text))
}

/** A secret as it is, and as it is written in other places. */
const forms = (secret: string): ReadonlyArray<string> => {
  const bytes = Buffer.from(secret)
  return [
    secret,
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret),
    bytes.toString("base64").replace(/=+$/, ""),
    bytes.toString("base64url")
  ]
}

/** Looks for secrets in texts. */
export interface Finder {
  readonly isIn: (text: string) => boolean
  /** The text with something else in the place of each. */
  readonly without: (text: string) => string
}

/** Finds these secrets. */
export const finder = (secrets: Iterable<string>): Finder => {
  const all = new Set<string>()
  for (const secret of secrets) if (secret.length >= SHORTEST) for (const form of forms(secret)) all.add(form)
  const longestFirst = [...all].sort((a, b) => b.length - a.length)
  return {
    isIn: (text) => longestFirst.some((secret) => text.includes(secret)),
    without: (text) => longestFirst.reduce((rest, secret) => rest.replaceAll(secret, "{secret}"), text)
  }
}

const CREDENTIALS = ["authorization", "proxy-authorization", "cookie"]

/** The credentials in a request's headers, as they are and without their scheme. */
export const carried = (
  headers: Readonly<Record<string, string | undefined>>,
  { isIn }: Finder
): ReadonlyArray<string> =>
  Object.entries(headers).flatMap(([name, value = ""]) =>
    CREDENTIALS.includes(name.toLowerCase()) || isIn(value) ? [value, value.replace(/^\w+ /, "")] : []
  )
