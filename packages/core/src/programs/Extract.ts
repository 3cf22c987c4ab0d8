// Source → log. Knows nothing of the sink. A page is recorded before anything is made of it, and the cursor moves only in
// the transaction that records the last page of a listing.
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { goesBack, isJson } from "../model/Cursor.ts"
import type * as Event from "../model/Event.ts"
import { sha256 } from "../model/Hash.ts"
import * as Items from "../model/Items.ts"
import { canonical } from "../model/Json.ts"
import * as PipelineState from "../model/PipelineState.ts"
import { EventStore } from "../ports/EventStore.ts"
import * as Recordings from "../ports/Recordings.ts"
import { RunObserver } from "../ports/RunObserver.ts"
import { type Page, Source, SourceError } from "../ports/Source.ts"
import type { Handoff } from "./Handoff.ts"
import type { Lead } from "./Lead.ts"
import * as PageByPage from "./PageByPage.ts"
import type { PipelineLog } from "./PipelineLog.ts"
import * as Trace from "./Trace.ts"

export interface Options {
  readonly log: PipelineLog
  /** Name of the stream within its source. */
  readonly stream: string
  /** Reads everything again instead of what is new since the cursor. */
  readonly full: boolean
  /** Reads these times only, and leaves the cursor alone. */
  readonly range: Event.TimeRange | null
  /** How long raw pages are kept. */
  readonly retention: Duration.DurationInput
  /** Ends after the page with which this many records were recorded; the next run goes on behind it. */
  readonly limit: number | null
  readonly lead: Lead
  readonly handoff: Handoff
  /** Told of each batch once it is safe. */
  readonly recorded: (batch: string) => Effect.Effect<void>
}

/** How a page's shape differs from what is known. Before a first run was completed everything new is learned, not drifted. */
const drift = (head: PipelineState.Head, page: Page, batch: string) => {
  const known = new Set(head.shape)
  const fresh = page.shape.lines.filter((line) => !known.has(line))
  if (fresh.length === 0) return { learned: undefined, drifted: [] }
  if (!head.grown) return { learned: fresh, drifted: [] }
  const path = (line: string) => line.slice(0, line.lastIndexOf(" "))
  const paths = new Set(head.shape.map(path))
  const drifted: Event.Fact = {
    type: "SchemaDrifted",
    data: {
      batch,
      added: fresh.filter((line) => !paths.has(path(line))),
      removed: [],
      retyped: fresh.filter((line) => paths.has(path(line)))
    }
  }
  return { learned: undefined, drifted: [drifted] }
}

/** What recording a page means, as facts. */
export const recordPage = (
  head: PipelineState.Head,
  page: Page,
  batch: string,
  blob: string
): ReadonlyArray<Event.Fact> => {
  const { drifted, learned } = drift(head, page, batch)
  const { context, repeated = [] } = page
  const recorded: Event.Fact = {
    type: "BatchRecorded",
    data: {
      batch,
      blob,
      records: page.records - repeated.length,
      ...(repeated.length === 0 ? {} : { repeated: Items.format(repeated) }),
      bytes: page.body.byteLength,
      request: page.request,
      ...(context === undefined ? {} : { context }),
      next: page.next,
      shape: page.shape.fingerprint,
      ...(learned === undefined ? {} : { learned })
    }
  }
  return [recorded, ...drifted, ...moveCursor(head, page)]
}

const moveCursor = (head: PipelineState.Head, page: Page): ReadonlyArray<Event.Fact> =>
  page.cursor === undefined || canonical(page.cursor) === canonical(head.cursor)
    ? []
    : [{ type: "CursorMoved", data: { from: head.cursor, to: page.cursor, reason: "extracted" } }]

/** A listing that ends with a page not worth recording: the place where it was to go on is of no use any more. */
const closeListing = (head: PipelineState.Head, page: Page): ReadonlyArray<Event.Fact> =>
  page.next !== null || page.cursor === undefined || head.position === null
    ? moveCursor(head, page)
    : [{ type: "CursorMoved", data: { from: head.cursor, to: page.cursor, reason: "extracted" } }]

const decoder = new TextDecoder()
const parse = (body: Uint8Array) => Effect.try((): unknown => JSON.parse(decoder.decode(body)))

/** Reads the stream to its end, or to the limit. Returns how many records were recorded. */
export const extract = (options: Options) =>
  Effect.flatMap(options.log.state, ({ head }) => {
    const afresh = options.full || options.range !== null || head.cursor === null
    const attributes = {
      "inlet.run.id": options.log.run,
      "inlet.stream": options.stream,
      "inlet.sync.mode": afresh ? "full" : "incremental"
    }
    return Effect.withSpan(read(options), `extract ${options.stream}`, { attributes })
  })

const read = Effect.fnUntraced(function* (options: Options) {
  const { lead, limit, log, range } = options
  const afresh = options.full || range !== null
  const source = yield* Source
  const recordings = yield* Recordings.Recordings
  const store = yield* EventStore
  const observer = yield* RunObserver
  const { head } = yield* log.state
  let pages = 0
  let records = 0
  // Pages of the current listing, and whether one of them was recorded.
  let walked = 0
  let kept = false

  // What the source still shows is recorded again before its time is over: there is always a page to compare the next one with.
  const now = yield* Clock.currentTimeMillis
  const renewed = new Date(Math.max(0, now - Duration.toMillis(options.retention) / 2)).toISOString()
  const isAging = ({ at, kept }: Recordings.Last) => at !== null && (!kept || at < renewed)

  const saysNothing = Effect.fnUntraced(function* (page: Page, hash: string) {
    const last = yield* recordings.last(log.stream, page.request.key)
    const same = last !== null && last.blob === hash
    return same ? !isAging(last) : page.fresh === 0
  })

  const skip = Effect.fnUntraced(function* (page: Page, hash: string) {
    if (page.request.status === 200) {
      yield* recordings.remember(log.stream, page.request.key, { blob: hash, etag: page.request.etag })
    }
    // An empty poll is no fact. The end of a longer walk is one: without it every run would walk it again.
    const { head } = yield* log.state
    const facts = range === null ? closeListing(head, page) : []
    if (facts.length === 0 || !(kept || walked > 1 || head.position !== null)) return
    yield* log.commit(facts)
    yield* Trace.event("cursor.saved")
  })

  const record = Effect.fnUntraced(function* (page: Page, hash: string) {
    pages += 1
    const batch = `${log.run}/${pages}`
    const { cursor: _, ...content } = page
    const facts = recordPage((yield* log.state).head, range === null ? page : content, batch, hash)
    const blob = { hash, bytes: page.body, ...(page.subject !== undefined && { subject: page.subject }) }
    yield* log.commit(facts, { blobs: [blob] })
    if (facts.some(({ type }) => type === "CursorMoved")) yield* Trace.event("cursor.saved")
    if (facts.some(({ type }) => type === "SchemaDrifted")) {
      observer.warning(
        "the source's answers have a new shape; what is new is kept but not mapped: inlet events --type SchemaDrifted"
      )
    }
    if (page.rows !== undefined && page.records > 0) options.handoff.offer(hash, page.rows)
    kept = true
    records += page.records - (page.repeated?.length ?? 0)
    yield* lead.recorded
    yield* options.recorded(batch)
  })

  const places = new Set<string>()

  /** What no correct connector answers with; null where nothing is wrong. */
  const fault = (page: Page, cursor: unknown): string | null => {
    if (page.rows !== undefined && page.rows.length !== page.records) {
      return `its page of ${page.records} records has ${page.rows.length}`
    }
    if (!isJson(page.next) || !isJson(page.cursor ?? null)) return "its cursor is no JSON"
    if (page.cursor !== undefined && !afresh && goesBack(cursor, page.cursor)) {
      return "its cursor went back, behind what was read already"
    }
    if (page.next === null) return null
    const place = sha256(canonical(page.next))
    if (places.has(place)) return "its listing leads back to a place where it was before"
    places.add(place)
    return null
  }

  const take = Effect.fnUntraced(function* (page: Page) {
    const wrong = fault(page, (yield* log.state).head.cursor)
    if (wrong !== null) {
      const detail = `the connector of ${log.stream} is wrong: ${wrong}`
      return yield* new SourceError({ reason: "Misbehaved", detail, status: null, retryAt: null })
    }
    walked += 1
    const hash = sha256(page.body)
    yield* (yield* saysNothing(page, hash)) ? skip(page, hash) : record(page, hash)
    if (page.next === null) {
      places.clear()
      walked = 0
      kept = false
    }
    return limit !== null && records >= limit
  })

  const pagesOf = source.read(options.stream, {
    cursor: afresh ? null : head.cursor,
    position: range !== null ? PipelineState.placeOf(head, range) : options.full ? null : head.position,
    ...(range !== null && { range }),
    // A full read must not end at the first page that did not change. Without a tag the source answers in full, so a broken
    // store may wait for the next append to show itself.
    etag: (key) =>
      afresh
        ? Effect.succeed(null)
        : recordings.last(log.stream, key).pipe(
            Effect.map((last) => (last === null || isAging(last) ? null : last.etag)),
            Effect.orElseSucceed(() => null)
          ),
    // What was erased since is gone for the connector too.
    recorded: (key) =>
      recordings.last(log.stream, key).pipe(
        Effect.flatMap((last) => (last === null ? Effect.succeed(null) : Effect.flatMap(store.blob(last.blob), parse))),
        Effect.orElseSucceed(() => null)
      )
  })
  const { next, pagesSoFar } = yield* PageByPage.make(pagesOf, take)
  yield* Effect.addFinalizer(() =>
    Effect.flatMap(pagesSoFar, (pages) => Effect.annotateCurrentSpan({ ...pages, "inlet.rows": records }))
  )
  while ((yield* next) === "more") yield* lead.next
  return records
}, Effect.scoped)
