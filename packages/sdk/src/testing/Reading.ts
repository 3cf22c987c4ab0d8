// Reads a stream as a runner does: a page with something new is kept, with the place where its listing goes on, and the cursor
// moves at its end. What a run leaves behind survives as JSON only.
import { Hash, Row, type Source } from "@inlet/core"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"

/** More pages than this are not coming to an end. */
const MOST_PAGES = 5000

interface Body {
  readonly hash: string
  readonly etag: string | null
  readonly text: string | null
}

/** What runs of one stream leave behind. */
export interface Memory {
  cursor: unknown
  position: unknown
  /** Exact text of the newest row by its key. */
  readonly rows: Map<string, string>
  /** The last answer by the request's key. */
  readonly bodies: Map<string, Body>
  /** How often each thing was asked. */
  readonly counts: Map<string, number>
}

export const memory = (): Memory => ({
  cursor: null,
  position: null,
  rows: new Map(),
  bodies: new Map(),
  counts: new Map()
})

export const stored = (value: unknown): unknown => JSON.parse(JSON.stringify(value ?? null))

/** A page as it was taken. */
export interface Taken {
  readonly page: Source.Page
  /** Whether it said something new. */
  readonly kept: boolean
  readonly text: string
  readonly records: ReadonlyArray<unknown>
  /** One for each record; null where the mapping threw. */
  readonly mapped: ReadonlyArray<Row.Mapped | null>
  /** What the connector's own code threw at it, by the name of the error. */
  readonly threw: string | null
  /** Requests that were made until then. */
  readonly asked: number
}

const decoder = new TextDecoder()

const nameOf = (thrown: unknown) => (thrown instanceof Error ? thrown.name : "something that is no error")

const find = (spec: Source.StreamSpec, { context = {}, request }: Source.Page, text: string) => {
  if (text === "" || request.status !== 200) return { records: [], mapped: [], threw: null }
  try {
    const records = spec.records(JSON.parse(text), context)
    const mapped = records.map((record) => {
      try {
        return spec.map(record)
      } catch {
        return null
      }
    })
    return { records, mapped, threw: null }
  } catch (thrown) {
    return { records: [], mapped: [], threw: nameOf(thrown) }
  }
}

interface Options {
  readonly memory: Memory
  /** Pages after which the run stops as if it was killed. */
  readonly stop?: number
  /** Told how many requests there were. */
  readonly asked: () => number
  /** Told of each page. */
  readonly take: (taken: Taken) => void
}

/** One run, or a part of one. */
export const run = (
  source: Pick<Source.Source["Type"], "read">,
  spec: Source.StreamSpec,
  { asked, memory, stop = MOST_PAGES, take }: Options
) => {
  const { bodies, rows } = memory
  let pages = 0

  const keep = (page: Source.Page): boolean => {
    const hash = Hash.sha256(page.body)
    const text = decoder.decode(page.body)
    const last = bodies.get(page.request.key)
    const kept = last?.hash === hash ? false : page.fresh > 0
    const { etag, key, status } = page.request
    const found = find(spec, page, text)
    if (kept) {
      bodies.set(key, { hash, etag, text })
      for (const [index, mapped] of found.mapped.entries()) {
        if (mapped?._tag !== "Row" || page.repeated?.includes(index) === true) continue
        rows.set(Row.key(spec.contract, mapped.row), Row.encode(spec.contract, mapped.row))
      }
    } else if (status === 200) {
      bodies.set(key, { hash, etag, text: last?.hash === hash ? last.text : null })
    }
    if (kept || page.next === null) memory.position = page.next
    if (page.cursor !== undefined) memory.cursor = page.cursor
    pages++
    take({ page, kept, text, ...found, asked: asked() })
    return pages < stop
  }

  return source
    .read(spec.contract.stream, {
      cursor: stored(memory.cursor),
      position: stored(memory.position),
      etag: (key) => Effect.sync(() => bodies.get(key)?.etag ?? null),
      recorded: (key) => Effect.sync((): unknown => JSON.parse(bodies.get(key)?.text ?? "null"))
    })
    .pipe(
      Stream.mapEffect((page) => Effect.sync(() => keep(page))),
      Stream.takeWhile((more) => more),
      Stream.runDrain
    )
}
