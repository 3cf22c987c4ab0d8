// The pieces of work that a trace is made of, as they are found in events: a command, a run, a page, a sending. Each becomes a
// span.
import { Event } from "@inlet/core"
import type { Place } from "./Gathered.ts"
import type { Attributes, Status, Value } from "./Span.ts"

export interface Work {
  /** What it is; known again by it. */
  readonly key: string
  readonly name: string
  readonly parent: Work | null
  readonly depth: number
  /** Of its page or batch within the run, where it has to do with one. */
  readonly number: number | null
  start: bigint
  end: bigint
  status: Status
  readonly attributes: Map<string, Value>
  readonly events: Array<{ readonly name: string; readonly at: bigint; readonly attributes: Attributes }>
  readonly links: Array<{ readonly to: Place; readonly relation: string }>
}

/** The number of a batch within its run. */
export const numberOf = (batch: string): number => Number(batch.slice(batch.lastIndexOf("/") + 1)) || 0

export const fail = (work: Work, code: string): void => {
  work.status = "error"
  work.attributes.set("error.type", code)
}

export const pass = (work: Work): Work => {
  work.status = "ok"
  work.attributes.delete("error.type")
  return work
}

export const numeric = ({ attributes }: Work, key: string): number => {
  const value = attributes.get(key)
  return typeof value === "number" ? value : 0
}

export const count = (work: Work, key: string, by: number): void => {
  work.attributes.set(key, numeric(work, key) + by)
}

export const describe = (work: Work, attributes: Attributes): Work => {
  for (const [key, value] of Object.entries(attributes)) work.attributes.set(key, value)
  return work
}

export const link = (work: Work, relation: string, to: Place | null): void => {
  if (to !== null && !work.links.some((link) => link.to.spanId === to.spanId)) work.links.push({ to, relation })
}

/** It was under way then, and so was all that it is a part of. */
export const extend = (work: Work, at: bigint): Work => {
  if (at < work.start) work.start = at
  if (at > work.end) work.end = at
  if (work.parent !== null) extend(work.parent, at)
  return work
}

/** What a command did, as far as its events tell it from others. */
const verbOf = (events: ReadonlyArray<Event.Event>): readonly [verb: string, command: string] => {
  const has = (...types: ReadonlyArray<Event.Type>) => events.some(({ type }) => types.includes(type))
  if (has("DataErased")) return ["erase", "inlet erase"]
  if (has("BatchReplayed")) return ["replay", "inlet replay sends"]
  if (has("BatchRecorded", "CursorMoved", "SchemaDrifted")) return ["sync", "inlet sync"]
  const [token] = events.every(({ type }) => type === "TokenChanged") ? events : []
  if (token?.type === "TokenChanged") {
    return token.data.reason === "revoked" ? ["logout", "inlet logout"] : ["login", "inlet login"]
  }
  // A sync that found nothing new sends as inlet send does.
  return ["send", "inlet send"]
}

/** All work of a trace, each known by what it is; made where it is asked for first. */
export const book = (events: ReadonlyArray<Event.Event>) => {
  const all = new Map<string, Work>()
  const [verb, command] = verbOf(events)

  const work = (key: string, name: string, parent: Work | null, at: bigint, number: number | null = null): Work => {
    const known = all.get(key)
    if (known !== undefined) return known
    const depth = parent === null ? 0 : parent.depth + 1
    const filled = { attributes: new Map<string, Value>(), events: [], links: [] }
    const made: Work = { key, name, parent, depth, number, start: at, end: at, status: "unset", ...filled }
    all.set(key, made)
    return made
  }

  const root = (at: bigint) => work("root", command, null, at)

  const source = (name: string, at: bigint) =>
    describe(work(`source/${name}`, `${verb} ${name}`, root(at), at), { "inlet.connection": name })

  const run = ({ run, stream: pipeline }: Event.Event, at: bigint) => {
    const { source: name, stream } = Event.parsePipeline(pipeline)
    const made = work(`run/${run}`, `run ${stream}`, source(name, at), at)
    return describe(made, { "inlet.run.id": run, "inlet.stream": stream })
  }

  const extract = (event: Event.Event, at: bigint) => {
    const { stream } = Event.parsePipeline(event.stream)
    const made = work(`extract/${event.run}`, `extract ${stream}`, run(event, at), at)
    return describe(made, { "inlet.run.id": event.run, "inlet.stream": stream })
  }

  const load = (event: Event.Event, dataset: string, at: bigint) => {
    const made = work(`load/${event.run}/${dataset}`, `load ${dataset}`, run(event, at), at)
    return describe(made, { "inlet.run.id": event.run, "inlet.dataset.key": dataset })
  }

  return { all, work, root, source, run, extract, load }
}
export type Book = ReturnType<typeof book>
