// Attributes as telemetry takes them: texts, numbers and truth values. Whatever else a value is made of is taken apart.
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"

export type Value = string | number | boolean
export type Flat = Readonly<Record<string, Value>>

/** Deeper things are no attributes of anything. */
const DEEPEST = 3

export const isValue = (value: unknown): value is Value =>
  typeof value === "number" ? Number.isFinite(value) : typeof value === "string" || typeof value === "boolean"

const entries = (key: string, value: unknown, depth = 0): ReadonlyArray<readonly [string, Value]> => {
  if (isValue(value)) return [[key, value]]
  if (value instanceof Date || Redacted.isRedacted(value) || typeof value === "number" || typeof value === "bigint") {
    return [[key, value instanceof Date ? (value.toJSON() ?? "") : String(value)]]
  }
  if (!Predicate.isObject(value) || depth === DEEPEST) return []
  return Object.entries(value).flatMap(([name, part]) => entries(`${key}.${name}`, part, depth + 1))
}

/** @example flat({ a: { b: 1, c: ["x"] } }) // { "a.b": 1, "a.c.0": "x" } */
export const flat = (attributes: Readonly<Record<string, unknown>>): Flat =>
  Object.fromEntries(Object.entries(attributes).flatMap(([key, value]) => entries(key, value)))
