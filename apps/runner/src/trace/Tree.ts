// The spans of a trace as a tree. A trace that is not whole is no reason to show nothing: a span whose parent was not
// written stands at the top.
import { isRoot, type Span } from "./Span.ts"

export interface Node {
  readonly span: Span
  /** In the order in which they began. */
  readonly children: ReadonlyArray<Node>
  /** Whether its parent was not written. */
  readonly lost: boolean
}

const byStart = (one: Span, other: Span): number =>
  one.start < other.start ? -1 : one.start > other.start ? 1 : one.spanId < other.spanId ? -1 : 1

/** Each span once; one that was written twice counts as it was written last. */
const distinct = (spans: ReadonlyArray<Span>): ReadonlyMap<string, Span> =>
  new Map(spans.map((span) => [span.spanId, span]))

/** Spans that belong below one that is not among them. */
export const lost = (spans: ReadonlyArray<Span>): ReadonlyArray<Span> => {
  const known = distinct(spans)
  return [...known.values()].filter(
    (span) => span.parentSpanId !== null && !known.has(span.parentSpanId) && !isRoot(span)
  )
}

/** What stands at the top, each with everything below it; the command's own span first. */
export const make = (spans: ReadonlyArray<Span>): ReadonlyArray<Node> => {
  const known = distinct(spans)
  const below = new Map<string, Array<Span>>()
  const tops: Array<Span> = []
  for (const span of [...known.values()].sort(byStart)) {
    const parent = span.parentSpanId
    const siblings = parent === null || !known.has(parent) ? tops : (below.get(parent) ?? [])
    siblings.push(span)
    if (parent !== null && siblings !== tops) below.set(parent, siblings)
  }
  const placed = new Set<string>()
  const node = (span: Span): Node => {
    placed.add(span.spanId)
    const children = (below.get(span.spanId) ?? []).filter(({ spanId }) => !placed.has(spanId)).map(node)
    return { span, children, lost: !isRoot(span) && !known.has(span.parentSpanId ?? "") }
  }
  const first = [...tops.filter(isRoot), ...tops.filter((span) => !isRoot(span))].map(node)
  // Spans that are each other's parents are no tree; whoever wrote them is not asked why.
  const rest = [...known.values()].filter(({ spanId }) => !placed.has(spanId))
  return [...first, ...rest.flatMap((span) => (placed.has(span.spanId) ? [] : [node(span)]))]
}

/** Every span, a parent before its children. */
export const flatten = (nodes: ReadonlyArray<Node>): ReadonlyArray<Span> =>
  nodes.flatMap(({ children, span }) => [span, ...flatten(children)])
