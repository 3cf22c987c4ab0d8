// Which span each piece of work is. Events name the spans that appended them; what they do not name is found in the file of the
// trace, or else derived from the trace's id and from what it is, so that it has the same id whenever it is asked for.
import { Hash } from "@inlet/core"
import type { Span } from "./Span.ts"
import type { Work } from "./Work.ts"
import type { Works } from "./Works.ts"

export interface Ids {
  readonly of: (work: Work) => string
  /** Whether an event, or the file, names the span of this very work. */
  readonly isExact: (work: Work) => boolean
}

/** The nearest work that both are part of. */
const common = (one: Work, other: Work): Work => {
  let [a, b] = [one, other]
  while (a !== b) {
    if (a.depth >= b.depth && a.parent !== null) a = a.parent
    else if (b.parent !== null) b = b.parent
    else break
  }
  return a
}

/**
 * A span that several pieces of work name is the one around them: a page beyond the page budget has no span of its own, so that
 * its event names the one of the extraction.
 */
const claimed = ({ claims }: Works): ReadonlyMap<Work, string> => {
  const spans = new Map<string, Work>()
  for (const [spanId, work] of claims) {
    const before = spans.get(spanId)
    spans.set(spanId, before === undefined ? work : common(before, work))
  }
  const ids = new Map<Work, string>()
  for (const [spanId, work] of spans) if (!ids.has(work)) ids.set(work, spanId)
  return ids
}

/**
 * Work that is where events tell. Other work may be deeper: what takes a refused part apart sends its pieces, which are parts of
 * their own, behind the first.
 */
const SURE = /^(page|extract|load|provision|purge|map|run|source)\/|^(send|confirm)\/[^/]+\/\d+\/1\//

/** What the file knows of work that no event names: a name below a known parent, or the parent of a known child. */
const found = ({ all }: Works, ids: Map<Work, string>, known: ReadonlyMap<string, Span>): void => {
  const taken = new Set(ids.values())
  const take = (work: Work, spanId: string) => {
    ids.set(work, spanId)
    taken.add(spanId)
  }
  for (const work of [...all].reverse()) {
    const { parent } = work
    const span = known.get(ids.get(work) ?? "")
    if (parent === null || ids.has(parent) || !SURE.test(work.key)) continue
    if (span?.parentSpanId != null) take(parent, span.parentSpanId)
  }
  const named = new Map<string, Array<Span>>()
  for (const span of known.values()) named.set(span.name, [...(named.get(span.name) ?? []), span])
  for (const work of all) {
    if (ids.has(work)) continue
    const run = work.attributes.get("inlet.run.id")
    const parent = work.parent === null ? undefined : ids.get(work.parent)
    const span = named
      .get(work.name)
      ?.find(
        ({ attributes, parentSpanId, spanId }) =>
          !taken.has(spanId) &&
          (run === undefined || attributes["inlet.run.id"] === undefined
            ? parentSpanId === (parent ?? null)
            : attributes["inlet.run.id"] === run)
      )
    if (span !== undefined) take(work, span.spanId)
  }
}

export const make = (traceId: string, works: Works, known: ReadonlyMap<string, Span>): Ids => {
  const ids = new Map(claimed(works))
  found(works, ids, known)
  return {
    of: (work) => ids.get(work) ?? Hash.sha256(`${traceId}/${work.key}`).slice(0, 16),
    isExact: (work) => ids.has(work)
  }
}
