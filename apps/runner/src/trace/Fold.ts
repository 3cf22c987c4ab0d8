// Which spans are shown. A run has hundreds of pages that say the same; one line for them leaves room for those that do not.

import type { Span } from "./Span.ts"
import type { Node } from "./Tree.ts"
import { isNotable } from "./Words.ts"

export type Entry =
  | { readonly _tag: "One"; readonly node: Node; readonly entries: ReadonlyArray<Entry> }
  /** Siblings of one name that are not shown one by one. */
  | { readonly _tag: "Many"; readonly name: string; readonly spans: ReadonlyArray<Span> }

/** What is true of a span or of anything below it. */
const notable = (nodes: ReadonlyArray<Node>): ReadonlySet<Node> => {
  const found = new Set<Node>()
  const look = (node: Node): boolean => {
    // All of them have to be looked at, not only those before the first.
    const below = node.children.map(look).some(Boolean)
    const is = below || isNotable(node.span)
    if (is) found.add(node)
    return is
  }
  nodes.forEach(look)
  return found
}

const lasting = ({ span }: Node): bigint => span.end - span.start

const slowest = (nodes: ReadonlyArray<Node>): ReadonlyArray<Node> =>
  nodes.reduce<ReadonlyArray<Node>>((most, node) => {
    const [one] = most
    return one === undefined || lasting(node) > lasting(one) ? [node] : most
  }, [])

const byName = (nodes: ReadonlyArray<Node>): ReadonlyArray<ReadonlyArray<Node>> => {
  const groups = new Map<string, Array<Node>>()
  for (const node of nodes) {
    const group = groups.get(node.span.name) ?? []
    groups.set(node.span.name, group)
    group.push(node)
  }
  return [...groups.values()]
}

/**
 * Of more than `limit` siblings of one name only so many are shown: those that ask for a look, else the one that took longest.
 * The others are one entry, in front of them.
 */
export const fold = (nodes: ReadonlyArray<Node>, limit: number): ReadonlyArray<Entry> => {
  const asks = notable(nodes)
  const one = (node: Node): Entry => ({ _tag: "One", node, entries: entries(node.children) })
  const entries = (nodes: ReadonlyArray<Node>): ReadonlyArray<Entry> => {
    const folded = new Map<Node, Entry>()
    const hidden = new Set<Node>()
    for (const group of byName(nodes)) {
      if (group.length <= limit) continue
      const asking = group.filter((node) => asks.has(node)).slice(0, limit)
      const shown = new Set(asking.length > 0 ? asking : slowest(group))
      const rest = group.filter((node) => !shown.has(node))
      const [first] = group
      if (first === undefined || rest.length < 2) continue
      for (const node of rest) hidden.add(node)
      folded.set(first, { _tag: "Many", name: first.span.name, spans: rest.map(({ span }) => span) })
    }
    return nodes.flatMap((node) => {
      const before = folded.get(node)
      return [...(before === undefined ? [] : [before]), ...(hidden.has(node) ? [] : [one(node)])]
    })
  }
  return entries(nodes)
}

/** How many lines they take, without what is told below a span. */
export const size = (entries: ReadonlyArray<Entry>): number =>
  entries.reduce((sum, entry) => sum + 1 + (entry._tag === "One" ? size(entry.entries) : 0), 0)

/** What still reads at a glance. */
const MOST = 60
const LIMITS = [Number.POSITIVE_INFINITY, 12, 6, 3, 2]

/** Folded as little as makes it readable. */
export const readable = (nodes: ReadonlyArray<Node>): ReadonlyArray<Entry> => {
  for (const limit of LIMITS) {
    const entries = fold(nodes, limit)
    if (size(entries) <= MOST) return entries
  }
  return fold(nodes, 1)
}
