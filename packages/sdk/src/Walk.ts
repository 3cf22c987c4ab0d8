// Reads described streams: one partition after another, such as the repositories of an account, each to the end of its own
// listing. Every page tells where to go on, so that a run that dies is taken up at the very page.
import { type Event, Mapping, RunObserver, Source } from "@inlet/core"
import * as Chunk from "effect/Chunk"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Record from "effect/Record"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as Bundle from "./Bundle.ts"
import type { Reader } from "./Connector.ts"
import * as Details from "./Details.ts"
import * as Gone from "./Gone.ts"
import * as Incremental from "./Incremental.ts"
import * as Order from "./Order.ts"
import * as RestStream from "./RestStream.ts"
import type { Partition, Partitions, Service } from "./Service.ts"
import * as Shape from "./Shape.ts"
import type { Answer } from "./SourceHttp.ts"

const Cursor = Schema.Struct({ partitions: Schema.Record({ key: Schema.String, value: Incremental.Watermark }) })
type Cursor = typeof Cursor.Type
const decodeCursor = Schema.decodeUnknown(Schema.NullOr(Cursor))

const Position = Schema.Struct({ partition: Schema.String, listing: Order.Listing })
const decodePosition = Schema.decodeUnknownOption(Position)

/** How far the walk has come. */
interface Place {
  readonly cursor: Cursor
  /** Those still to be read; the first is under way. */
  readonly partitions: ReadonlyArray<Partition>
  /** Where the first one's listing goes on; null to begin it. */
  readonly listing: Order.Listing | null
  /** The pages to which one request has led, so that one that leads back to them is found out. */
  readonly visited: Set<string>
  /** The times to read, as the service writes times; null for what is new. */
  readonly range: Event.TimeRange | null
  /** Items that this run may look into still, where its stream is bounded. */
  readonly left: number
  /** Why the first of those that could not be read could not. */
  readonly failed: Source.SourceError | null
}

/** A body, what it parses to, and the records in it. */
interface Told {
  readonly body: Uint8Array
  readonly json: unknown
  readonly records: ReadonlyArray<unknown>
}

type Turn = readonly [Chunk.Chunk<Source.Page>, Option.Option<Place>]

const fail = (reason: Source.SourceError["reason"], detail: string, status: number | null = null) =>
  new Source.SourceError({ reason, detail, status, retryAt: null })

const second = (time: string | null) => (time === null ? null : Incremental.toSecond(Date.parse(time)))

/** Whether a record lies outside of the times that are wanted. */
const isOutside = (range: Event.TimeRange | null, { updatedAt }: Incremental.Entry): boolean =>
  range !== null &&
  updatedAt !== null &&
  ((range.from !== null && updatedAt < range.from) || (range.to !== null && updatedAt >= range.to))

const mapAll = Option.liftThrowable(Mapping.mapAll)

const ALONE: Partitions = { found: [{ name: "", params: {} }], missing: [] }

/**
 * The reader of one described stream.
 *
 * @since 0.1.0
 */
export const reader = (stream: RestStream.RestStream, service: Service): Reader => {
  const { definition, errors, id, itemsOf, pages, spec, template } = stream
  const { details, gone, headers, only = () => true, settled, time } = definition
  const { details: most = 500, http } = service
  const order = (service.lookBack === undefined ? undefined : stream.order.reaching?.(service.lookBack)) ?? stream.order

  const begin = Effect.fnUntraced(function* ({ cursor, position, range }: Source.ReadOptions) {
    const known = yield* Effect.mapError(decodeCursor(cursor), () =>
      fail("Misbehaved", "the recorded cursor is none that this connector wrote")
    )
    const { found, missing } = yield* service.partitions ?? Effect.succeed(ALONE)
    const start: Place = {
      cursor: known ?? { partitions: {} },
      partitions: found,
      listing: null,
      visited: new Set(),
      range: range === undefined ? null : { from: second(range.from), to: second(range.to) },
      left: most,
      failed: missing[0] ?? null
    }
    const recorded = Option.getOrNull(decodePosition(position))
    const index = found.findIndex(({ name }) => name === recorded?.partition)
    // What was configured since may have made the position useless; the cursor never is.
    if (recorded === null || index < 0 || !isHere(recorded.listing.at)) return start
    return { ...start, listing: recorded.listing, partitions: found.slice(index) }
  })
  const isHere = (at: Order.Listing["at"]) =>
    typeof at !== "string" || !URL.canParse(at) || new URL(at).origin === http.baseUrl.origin

  const idOf = (record: unknown) => RestStream.idOf(record, id) ?? ""
  const entry = (record: unknown, isSettled?: boolean): Incremental.Entry => {
    const updatedAt = time === undefined ? null : RestStream.at(record, time)
    return {
      id: idOf(record),
      updatedAt: typeof updatedAt === "string" && /^\d{4}-\d\d-\d\dT/.test(updatedAt) ? updatedAt : null,
      record: details?.by === undefined ? record : details.by(record),
      ...(isSettled !== undefined && { settled: isSettled })
    }
  }

  const contextOf = Effect.fnUntraced(function* (partition: Partition, now: number) {
    const context: { readonly [name: string]: string } =
      definition.context === true && partition.context !== undefined ? yield* partition.context : {}
    return definition.daily === true ? { ...context, day: new Date(now).toISOString().slice(0, 10) } : context
  })

  /** The answers about the new items of a page. */
  const lookInto = (
    partition: Partition,
    listing: Order.Listing,
    items: ReadonlyArray<unknown>,
    range: Event.TimeRange | null
  ) => {
    if (details === undefined) return Effect.succeed(null)
    const fresh = items.filter(
      (item) =>
        only(item) &&
        idOf(item) !== "" &&
        Incremental.isFresh(listing.from, entry(item)) &&
        !isOutside(range, entry(item))
    )
    const isBound = details.lacking !== undefined && listing.from === null
    const room = isBound ? Math.max(0, most - listing.looked) : fresh.length
    return Effect.map(Details.of({ http, details, id, partition }, fresh, room), (answers) => ({
      answers,
      looked: listing.looked + Math.min(room, fresh.length)
    }))
  }

  /** Asks for the page at which a listing stands. */
  const request = (
    partition: Partition,
    listing: Order.Listing,
    variant: string,
    etag: Source.ReadOptions["etag"] | undefined
  ) => {
    const asked = pages.ask(listing.at)
    return http.get({
      template,
      params: partition.params,
      query: {
        ...definition.query,
        ...(pages.paged && service.query),
        ...order.query(listing),
        ...asked.query
      },
      url: asked.url ?? null,
      ...(headers && { headers }),
      ...(variant !== "" && { variant }),
      // An unchanged list says nothing of what belongs to its items, unless their times move with it.
      etag: details === undefined || order.tellsChanges ? etag : undefined
    })
  }

  /** What has to be known of an item once it is gone: as its answer tells or, where it was not looked into, as is remembered. */
  const keeping = (body: unknown, from: Incremental.Watermark | null) => {
    const { keep } = details?.gone ?? {}
    if (keep === undefined) return () => ({})
    const { answers } = Bundle.read(body)
    return (item: unknown) => {
      const answer = answers.get(idOf(item)) ?? undefined
      const kept = answer === undefined ? Incremental.remembered(from, idOf(item))?.kept : keep(item, answer)
      return kept === undefined ? {} : { kept }
    }
  }

  /** What a page holds for its listing: its entries as they are known best, and those of its records. */
  const entriesOf = (items: ReadonlyArray<unknown>, { json, records }: Told, from: Incremental.Watermark | null) => {
    if (details === undefined) {
      return {
        entries: items.map((item) => entry(item, settled?.(item))),
        own: items.filter(only).map((item) => entry(item))
      }
    }
    const isTold = order.tellsChanges || details.by !== undefined
    const told = new Map(isTold ? [] : records.map((record) => [idOf(record), record]))
    const kept = keeping(json, from)
    const entries = items.map((item) => {
      const record = told.get(idOf(item)) ?? item
      return { ...entry(record, settled?.(record)), ...kept(item) }
    })
    return { entries, own: records.map((record) => entry(record)) }
  }

  /** The rows of a page that says something. Where the mapping fails, the page is recorded without, and nothing is lost. */
  const rowsOf = (fresh: number, records: ReadonlyArray<unknown>) => {
    const rows = fresh > 0 ? Option.getOrUndefined(mapAll(spec, records)) : undefined
    return rows === undefined ? {} : { rows }
  }

  const isShort = ({ length }: ReadonlyArray<unknown>) => !pages.paged || length < (service.pageSize ?? 0)

  /** The path that nothing on a page has though the walk relies on it: a mistake in the stream's description. */
  const lackingIn = (items: ReadonlyArray<unknown>): string | undefined => {
    if (items.length === 0) return undefined
    if ((order.timed || details !== undefined) && items.every((item) => idOf(item) === "")) return id
    return order.timed && items.every((item) => entry(item).updatedAt === null) ? time : undefined
  }

  /** The items of an answer. */
  const listed = Effect.fnUntraced(function* ({ json, status }: Answer) {
    const items = itemsOf(json)
    if (items === undefined) {
      const where = typeof definition.items === "string" ? ` at ${definition.items}` : ""
      return yield* fail("Malformed", `the answer to GET ${template} has no list${where}`, status)
    }
    const lacking = lackingIn(items)
    if (lacking === undefined) return items
    const detail = `no item that GET ${template} brought has the member ${lacking}, which the connector goes by`
    return yield* fail("Misbehaved", detail, status)
  })

  /** The pages that the order looks back at, in a first reading as well, so that the next one finds the same. */
  const lookBack = Effect.fnUntraced(function* (
    partition: Partition,
    listing: Order.Listing,
    now: number,
    first: Answer,
    keep: (item: unknown) => unknown,
    recorded: unknown
  ) {
    const entries = (page: ReadonlyArray<unknown>) => page.map((item) => entry(item))
    const newest = Incremental.advance(null, entries(yield* listed(first)))
    const onward = (listing: Order.Listing, answer: Answer, page: ReadonlyArray<unknown>) => {
      const next = pages.next(answer, listing.at, page.length)
      return { next, listing: order.step(listing, { entries: entries(page), next, now }).next }
    }
    const timeOf = (item: unknown) => entry(item).updatedAt ?? ""
    const ask = (listing: Order.Listing) => request(partition, listing, "", undefined)
    const options = { idOf, itemsOf, keep, listed, onward, request: ask, timeOf }
    return yield* Gone.look(options, listing.from === null ? order.begin(newest, now) : listing, first, recorded)
  })

  /** The next page of a listing, and how far the walk has come with it. */
  const visit = Effect.fnUntraced(function* (
    place: Place,
    partition: Partition,
    { etag, recorded = () => Effect.succeed(null) }: Pick<Source.ReadOptions, "etag" | "recorded">
  ) {
    const now = yield* Clock.currentTimeMillis
    const context = yield* contextOf(partition, now)
    const { range } = place
    const from = place.cursor.partitions[partition.name] ?? null
    const begun = range?.from != null ? order.beginFrom(range.from) : order.begin(range === null ? from : null, now)
    const listing = place.listing ?? begun
    // Without a watermark everything is wanted, changed or not.
    const mayBeUnchanged = place.listing === null && (listing.from !== null || !order.timed)
    // A page of which only some records are taken is not the page that a later run reads whole.
    const times = range === null ? [] : [`${range.from ?? ""}..${range.to ?? ""}`]
    const variant = [...(context.day === undefined ? [] : [context.day]), ...times].join(" ")
    const answer = yield* request(partition, listing, variant, mayBeUnchanged ? etag : undefined)
    const { json, status } = answer
    const after: Place = { ...place, partitions: place.partitions.slice(1), listing: null, visited: new Set() }
    if (status !== 200) {
      const nothing = { body: answer.body, records: 0, fresh: 0, shape: Shape.of([]), next: null }
      return turn({ request: answer.request, ...nothing, cursor: place.cursor }, after)
    }
    const back =
      gone !== undefined && listing.at === null && range === null
        ? yield* lookBack(partition, listing, now, answer, gone, yield* recorded(answer.request.key))
        : null
    const items = back?.items ?? (yield* listed(answer))

    const looked = yield* lookInto(partition, listing, items, range)
    const tell = (body: Uint8Array): Told => {
      const parsed: unknown = body === answer.body ? json : JSON.parse(new TextDecoder().decode(body))
      return {
        body,
        json: parsed,
        records: looked !== null && body === answer.body ? [] : spec.records(parsed, context)
      }
    }
    // From the answer to records and rows.
    const decoded = Effect.sync(() => {
      const bundle = (gone?: ReadonlyArray<unknown>) => Bundle.write(answer.body, looked?.answers ?? new Map(), gone)
      const found = tell(looked !== null && looked.answers.size > 0 ? bundle() : (back?.body ?? answer.body))

      const next = back === null ? pages.next(answer, listing.at, items.length) : back.next
      const { entries, own } = entriesOf(items, found, listing.from)
      const step = order.step(
        { ...listing, looked: looked?.looked ?? listing.looked },
        { entries, next, now, remember: looked !== null }
      )
      const last = entries.at(-1)?.updatedAt ?? null
      const isPast = order.ascends && range?.to != null && last !== null && last >= range.to
      const isEnd = step.next === null || isPast
      const missing = isEnd && range === null ? Incremental.missing(listing.from, step.mark) : []
      const lost = missing.flatMap((item) => details?.gone?.records(item) ?? [])
      const { body, records } = lost.length === 0 ? found : tell(bundle(lost))
      const repeated = own.flatMap((one, item) =>
        Incremental.isRepeated(step.known, one) || isOutside(range, one) ? [item] : []
      )
      // What was looked into and found empty shall not be looked into again.
      const fresh =
        looked === null
          ? own.filter((one) => Incremental.isFresh(step.known, one) && !isOutside(range, one)).length +
            (back?.fresh ?? 0)
          : looked.answers.size - repeated.length + lost.length
      const content = {
        // A tag says that this page is as it was, not that those behind it are, nor that there are none.
        request: next === null && isShort(items) ? answer.request : { ...answer.request, etag: null },
        body,
        ...rowsOf(fresh, records),
        ...(Record.isEmptyRecord(context) ? {} : { context }),
        records: records.length,
        fresh,
        repeated,
        shape: Shape.of(records)
      }
      return { content, fresh, isPast, step }
    })
    const { content, fresh, isPast, step } = yield* Effect.withSpan(decoded, "decode", { captureStackTrace: false })
    const left = place.left - (looked?.answers.size ?? 0)
    if (step.next === null || isPast) {
      // What is known again may have grown too old to be looked at: that alone is no news.
      const mark = looked === null || listing.fresh || fresh > 0 ? step.mark : null
      const marks = place.cursor.partitions
      const cursor = mark === null ? place.cursor : { partitions: { ...marks, [partition.name]: mark } }
      return turn({ ...content, next: null, cursor }, { ...after, left, cursor })
    }
    const visited = step.next.at === null ? new Set<string>() : place.visited
    if (step.next.at !== null) {
      const at = String(step.next.at)
      if (visited.has(at)) {
        return yield* fail("Malformed", `the pages of GET ${template} lead back to one that was read already`, status)
      }
      visited.add(at)
    }
    const onward = { ...step.next, fresh: listing.fresh || fresh > 0 }
    const position: typeof Position.Type = { partition: partition.name, listing: onward }
    return turn({ ...content, next: position }, { ...place, left, listing: onward, visited })
  })
  const turn = (page: Source.Page, place: Place): Turn => [Chunk.of(page), Option.some(place)]

  const go =
    (known: Pick<Source.ReadOptions, "etag" | "recorded">) =>
    (place: Place): Effect.Effect<Turn, Source.SourceError> => {
      const [partition] = place.partitions
      if (partition === undefined) {
        return place.failed === null ? Effect.succeed([Chunk.empty(), Option.none()]) : Effect.fail(place.failed)
      }
      if (details?.bounded === true && place.left <= 0) {
        return Effect.map(RunObserver.RunObserver, (observer): Turn => {
          observer.warning(`this run has looked into ${most - place.left} items; the next one goes on behind them`)
          return [Chunk.empty(), Option.none()]
        })
      }
      return Effect.catchIf(
        visit(place, partition, known),
        ({ reason }) => errors[reason] !== "stop",
        (error) =>
          Effect.map(RunObserver.RunObserver, (observer): Turn => {
            const skipped = errors[error.reason] === "skip"
            if (skipped) observer.warning(`${error.detail}; it is left out`)
            const failed = skipped ? place.failed : (place.failed ?? error)
            const others = {
              ...place,
              partitions: place.partitions.slice(1),
              listing: null,
              visited: new Set<string>(),
              failed
            }
            return [Chunk.empty(), Option.some(others)]
          })
      )
    }

  return (options) =>
    Stream.unwrap(
      Effect.gen(function* () {
        const subject = service.subject === undefined ? {} : { subject: yield* service.subject }
        const pages = Stream.paginateChunkEffect(yield* begin(options), go(options))
        return Stream.map(pages, (page): Source.Page => ({ ...page, ...subject }))
      })
    )
}
