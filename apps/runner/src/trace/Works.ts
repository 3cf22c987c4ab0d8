// All the work of a trace, out of its events: what each event tells, and what follows for what is around it.
import * as Gathered from "./Gathered.ts"
import { nanos } from "./Span.ts"
import * as Telling from "./Telling.ts"
import { book, count, fail, numeric, pass, type Work } from "./Work.ts"

export interface Works {
  /** A parent before its children. */
  readonly all: ReadonlyArray<Work>
  /** The spans that appended events, and the work that each of these events tells of. */
  readonly claims: ReadonlyArray<readonly [spanId: string, work: Work]>
  /** Of the program that ran, where an event tells. */
  readonly version: string | null
}

const isKind = ({ key }: Work, kind: string): boolean => key.startsWith(`${kind}/`)

/** From the best to the worst. */
const OUTCOMES = ["ok", "partial", "interrupted", "failed", "abandoned"]

const worst = (works: ReadonlyArray<Work>): string | undefined => {
  const ranks = works.map(({ attributes }) => OUTCOMES.indexOf(String(attributes.get("inlet.run.outcome"))))
  return OUTCOMES[Math.max(-1, ...ranks)]
}

/** Which half of a run an error comes from, by its code. */
const HALVES: Readonly<Record<string, string>> = { E_SOURCE: "extract", E_CONNECTOR: "extract", E_SINK: "load" }

const blame = (run: Work, works: ReadonlyArray<Work>): void => {
  const code = run.attributes.get("error.type")
  if (typeof code !== "string") return
  const half = Object.entries(HALVES).find(([prefix]) => code.startsWith(prefix))?.[1]
  const at = works.filter((work) => work.parent === run && half !== undefined && isKind(work, half)).at(-1)
  if (at !== undefined) fail(at, code)
}

/** What is around others ended as they did. */
const conclude = (works: ReadonlyArray<Work>): void => {
  const runs = works.filter((work) => isKind(work, "run"))
  for (const run of runs) blame(run, works)
  for (const work of works) {
    if ((isKind(work, "extract") || isKind(work, "load")) && work.status === "unset") {
      if (work.parent?.attributes.has("inlet.run.outcome") === true) pass(work)
    }
  }
  const around = works.filter((work) => isKind(work, "source") || work.key === "root")
  for (const work of around) {
    const theirs = runs.filter((run) => run.parent === work || run.parent?.parent === work)
    const failed = theirs.find(({ status }) => status === "error")
    if (failed !== undefined) {
      work.status = "error"
      const code = failed.attributes.get("error.type")
      if (code !== undefined) work.attributes.set("error.type", code)
    } else if (theirs.length > 0 && theirs.every(({ status }) => status === "ok")) {
      work.status = "ok"
    }
    if (work.key === "root") continue
    const outcome = worst(theirs)
    if (outcome !== undefined) work.attributes.set("inlet.run.outcome", outcome)
    for (const what of ["extracted", "confirmed", "rejected"]) {
      for (const run of theirs) count(work, `inlet.rows.${what}`, numeric(run, `inlet.rows.${what}`))
    }
  }
}

export const of = (gathered: Gathered.Gathered): Works => {
  const { events, traceId } = gathered
  const claims: Array<readonly [string, Work]> = []
  const telling: Telling.Telling = {
    gathered,
    book: book(events),
    sendings: new Map(),
    accepted: new Map(),
    batches: new Map(),
    full: new Set(),
    appended: new Map()
  }
  for (const event of events) {
    const work = Telling.tell(event.type, event, nanos(event.at), telling)
    const place = Gathered.placeOf(event.trace)
    if (work === null || place?.traceId !== traceId) continue
    claims.push([place.spanId, work])
    if (!telling.appended.has(place.spanId)) telling.appended.set(place.spanId, work)
  }
  const all = [...telling.book.all.values()]
  conclude(all)
  const started = events.find((event) => event.type === "RunStarted")
  return { all, claims, version: started?.type === "RunStarted" ? started.data.versions.app : null }
}
