// The form of a page's records: which paths there are and of which JSON types, without any value. A change of it tells
// that a service changed its answers.
import { Hash, type Source } from "@inlet/core"
import * as Predicate from "effect/Predicate"

/** Seen at one path: the JSON types as bits, and what lies below. */
interface Node {
  types: number
  items: Node | undefined
  members: Map<string, Node> | undefined
}

const TYPES = ["object", "array", "string", "number", "boolean"] as const
const bit = (type: (typeof TYPES)[number]) => 1 << TYPES.indexOf(type)
const OBJECT = bit("object")
const ARRAY = bit("array")
const SCALARS: Readonly<Record<string, number>> = {
  string: bit("string"),
  number: bit("number"),
  boolean: bit("boolean")
}

/** Nothing tells more below this depth, and a hostile answer may not exhaust the stack. */
const DEPTH = 32

const node = (): Node => ({ types: 0, items: undefined, members: undefined })

const visit = (at: Node, value: unknown, depth: number): void => {
  if (Array.isArray(value)) {
    at.types |= ARRAY
    if (value.length === 0 || depth === DEPTH) return
    at.items ??= node()
    for (const item of value) visit(at.items, item, depth + 1)
  } else if (Predicate.isRecord(value)) {
    at.types |= OBJECT
    if (depth === DEPTH) return
    at.members ??= new Map()
    for (const name in value) {
      const member = value[name]
      // A null tells nothing: the member may be of any type, or always null.
      if (member === null) continue
      const below = at.members.get(name) ?? node()
      if (below.types === 0) at.members.set(name, below)
      visit(below, member, depth + 1)
    }
  } else {
    at.types |= SCALARS[typeof value] ?? 0
  }
}

const write = (at: Node, path: string, lines: Array<string>): void => {
  for (const type of TYPES) if (path !== "" && (at.types & bit(type)) !== 0) lines.push(`${path} ${type}`)
  if (at.items !== undefined) write(at.items, `${path}[]`, lines)
  for (const [name, below] of at.members ?? []) write(below, path === "" ? name : `${path}.${name}`, lines)
}

/**
 * The shape of a page's records: sorted lines such as `labels[].name string`, and a fingerprint that is equal exactly for
 * equal lines. Nulls do not count.
 *
 * @since 0.1.0
 */
export const of = (records: ReadonlyArray<unknown>): Source.Shape => {
  const root = node()
  for (const record of records) visit(root, record, 0)
  const lines: Array<string> = []
  write(root, "", lines)
  lines.sort()
  return { fingerprint: Hash.sha256(lines.join("\n")).slice(0, 16), lines }
}
