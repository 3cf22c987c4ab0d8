// A trace out of the events alone, for when its file is gone, or was not finished because its process was killed. Pure: the same
// events give the same spans, to the byte.
import * as Allowed from "../telemetry/Allowed.ts"
import type { Gathered } from "./Gathered.ts"
import * as Ids from "./Ids.ts"
import type { Span } from "./Span.ts"
import { extend, type Work } from "./Work.ts"
import * as Works from "./Works.ts"

export interface Rebuilt {
  /** Of the program that ran, where an event tells. */
  readonly version: string
  /** A parent before its children; those that are known already are not among them. */
  readonly spans: ReadonlyArray<Span>
}

/** Says of a root that it is not what the command itself has written. */
export const REBUILT = "inlet.trace.rebuilt"

/** As live traces have it: so many pages of a run in full, then a sample. */
const PAGES = 200
const EVERY = 10
const LINKS = 32

const isKept = (work: Work, ids: Ids.Ids, whole: boolean): boolean =>
  work.number === null || ids.isExact(work) || (whole && (work.number <= PAGES || work.number % EVERY === 0))

/** What a span of this name may say; names are few. */
const rules = () => {
  const known = new Map<string, (key: string) => boolean>()
  return (name: string) => {
    const allows = known.get(name) ?? Allowed.ruleOf(name).allows
    known.set(name, allows)
    return allows
  }
}

const write = (work: Work, traceId: string, ids: Ids.Ids, rule: ReturnType<typeof rules>): Span => {
  const { end, events, links, name, parent, start, status } = work
  const attributes = {
    ...Object.fromEntries(work.attributes),
    ...(links.length > LINKS && { "inlet.links.omitted": links.length - LINKS }),
    ...(parent === null && { [REBUILT]: true })
  }
  const allows = rule(name)
  const of = { traceId, spanId: ids.of(work), parentSpanId: parent === null ? null : ids.of(parent) }
  return {
    ...of,
    name,
    kind: "internal",
    start,
    end,
    status,
    attributes: Object.fromEntries(Object.entries(attributes).filter(([key]) => allows(key))),
    events,
    links: links.slice(0, LINKS).map(({ relation, to }) => ({ ...to, attributes: { "inlet.link": relation } }))
  }
}

/** The spans that events tell of and that are not among the `known` ones. */
export const rebuild = (gathered: Gathered, known: ReadonlyArray<Span> = []): Rebuilt => {
  const { traceId } = gathered
  const works = Works.of(gathered)
  const there = new Map(known.map((span) => [span.spanId, span]))
  const ids = Ids.make(traceId, works, there)
  // What the file tells of a part of it was done while it was under way.
  const byId = new Map(works.all.map((work) => [ids.of(work), work]))
  for (const { end, parentSpanId, start } of known) {
    const around = byId.get(parentSpanId ?? "")
    if (around !== undefined) extend(extend(around, start), end)
  }
  const rule = rules()
  const spans = works.all
    .filter((work) => isKept(work, ids, known.length === 0) && !there.has(ids.of(work)))
    .map((work) => write(work, traceId, ids, rule))
  return { version: works.version ?? "unknown", spans }
}
