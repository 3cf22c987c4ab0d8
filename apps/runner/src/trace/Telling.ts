// What each event tells of the work of a trace, and by which work it was appended where that is certain.
import { type Event, Items } from "@inlet/core"
import * as Gathered from "./Gathered.ts"
import { type Book, count, describe, extend, fail, link, numberOf, numeric, pass, type Work } from "./Work.ts"

type Attempt = Pick<Event.DataOf<"SendStarted">, "batch" | "part" | "attempt">

/** What is known while the events are told one after the other. */
export interface Telling {
  readonly gathered: Gathered.Gathered
  readonly book: Book
  /** By attempt: the sending that made it (several attempts are one), and the sink's taking it. */
  readonly sendings: Map<string, Work>
  readonly accepted: Map<string, { readonly at: bigint; readonly ingestionId: string }>
  /** What was sent of each load. */
  readonly batches: Map<Work, Set<string>>
  /** Runs that read everything. */
  readonly full: Set<string>
  /** By the span that appended an event: the first work that was found so. */
  readonly appended: Map<string, Work>
}

type Tell<T extends Event.Type> = (event: Event.Event & Event.FactOf<T>, at: bigint, telling: Telling) => Work | null

/** The stable code of a failed sending. */
const codeOf = ({ code, kind }: Event.DataOf<"SendFailed">): string =>
  kind === "permanent" ? "E_SINK_REFUSED" : code === "rate_limited" ? "E_SINK_RATE_LIMITED" : "E_SINK_UNAVAILABLE"

/** The load that an attempt belongs to: its dataset may be known from an earlier run. */
const loadOf = (event: Event.Event, it: Attempt, at: bigint, { book, gathered }: Telling, told?: string): Work => {
  const dataset = told ?? gathered.attempts.get(Gathered.attemptOf(it))?.dataset
  return dataset === undefined ? book.run(event, at) : book.load(event, dataset, at)
}

const confirm = (event: Event.Event, it: Attempt, at: bigint, telling: Telling, dataset?: string): Work => {
  const name = Gathered.attemptOf(it)
  const accepted = telling.accepted.get(name)
  const around = loadOf(event, it, at, telling, dataset)
  const made = telling.book.work(`confirm/${name}`, "confirm", around, accepted?.at ?? at, numberOf(it.batch))
  if (accepted !== undefined) describe(made, { "inlet.databox.ingestion_id": accepted.ingestionId })
  return describe(extend(made, at), { "inlet.batch.id": `${it.batch}/${it.part}` })
}

/** Of a load, and of the run that it is a part of. */
const countRows = (load: Work, what: string, rows: number): void => {
  count(load, `inlet.rows.${what}`, rows)
  if (load.parent?.key.startsWith("run/")) count(load.parent, `inlet.rows.${what}`, rows)
}

const outcomeOf = ({ outcome, totals }: Event.DataOf<"RunEnded">): string =>
  outcome !== "completed" ? outcome : totals.pending + totals.quarantined > 0 ? "partial" : "ok"

const TELL: { readonly [T in Event.Type]: Tell<T> } = {
  RunStarted: (event, at, { book, full }) => {
    const { cursor, mode, replays, trigger, versions } = event.data
    describe(book.root(at), { "inlet.trigger": trigger })
    const made = extend(book.run(event, at), at)
    const [, connector, version] = /^(.+)@([^@]+)$/.exec(versions.connector) ?? []
    if (made.parent !== null && connector !== undefined && version !== undefined) {
      describe(made.parent, { "inlet.connector": connector, "inlet.connector.version": version })
    }
    // With a cursor it may have read all the same; that it was told to is in no event.
    if (mode === "backfill" || cursor === null) full.add(event.run)
    for (const { trace } of replays?.runs ?? []) link(made, "replay-of", Gathered.placeOf(trace))
    return made
  },
  RunEnded: (event, at, { book, gathered }) => {
    const { error, outcome, totals } = event.data
    // Whoever finds an open run ends it; what that run did was over before.
    if (!gathered.runs.has(event.run)) return null
    const made = describe(book.run(event, at), {
      "inlet.run.outcome": outcomeOf(event.data),
      "inlet.rows.extracted": totals.read
    })
    for (const what of ["sent", "confirmed", "rejected"]) count(made, `inlet.rows.${what}`, 0)
    if (outcome === "abandoned") {
      made.status = "error"
      return null
    }
    if (outcome === "interrupted") describe(made, { "status.interrupted": true })
    if (error === null) pass(made)
    else fail(made, error.code)
    return extend(made, at)
  },
  BatchRecorded: (event, at, { book, full }) => {
    const { batch, records, repeated = "" } = event.data
    const around = book.extract(event, at)
    if (full.has(event.run)) describe(around, { "inlet.sync.mode": "full" })
    count(around, "inlet.pages", 1)
    count(around, "inlet.rows", records)
    const page = extend(book.work(`page/${batch}`, "page", around, at, numberOf(batch)), at)
    const rows = records + Items.parse(repeated).length
    return pass(describe(page, { "inlet.page.index": numberOf(batch), "inlet.rows": rows }))
  },
  BatchReplayed: (event, at, { book }) => {
    const { dataset, records } = event.data
    const made = book.work(`map/${event.run}/${dataset}`, `map ${dataset}`, book.run(event, at), at)
    count(made, "inlet.events", 1)
    count(made, "inlet.rows", records)
    return pass(describe(extend(made, at), { "inlet.dataset.key": dataset }))
  },
  SchemaDrifted: (event, at, { book }) => {
    extend(book.extract(event, at), at)
    return null
  },
  CursorMoved: (event, at, { book }) => {
    extend(event.data.reason === "extracted" ? book.extract(event, at) : book.run(event, at), at)
    return null
  },
  SendStarted: (event, at, { batches, book, gathered, sendings }) => {
    const { batch, dataset, part, rows } = event.data
    const name = Gathered.attemptOf(event.data)
    const place = Gathered.placeOf(event.trace)
    const load = book.load(event, dataset, at)
    const key = `send/${batch}/${part}/${place?.spanId ?? name}`
    const again = book.all.get(key)
    if (again?.status === "error") {
      const reason = String(again.attributes.get("error.type"))
      const attributes = { reason, delay_ms: Number((at - again.end) / 1_000_000n) }
      again.events.push({ name: "retry.scheduled", at: again.end, attributes })
    }
    const sent = (batches.get(load) ?? new Set()).add(batch)
    batches.set(load, sent)
    describe(load, { "inlet.batches": sent.size })
    const made = extend(book.work(key, "send batch", load, at, numberOf(batch)), at)
    sendings.set(name, made)
    describe(made, {
      "inlet.dataset.key": dataset,
      "inlet.batch.id": `${batch}/${part}`,
      "inlet.batch.index": numberOf(batch),
      "inlet.batch.rows": rows
    })
    pass(made).status = "unset"
    link(made, "rows-from", gathered.pages.get(batch) ?? null)
    const before = gathered.attempts.get(name)?.before ?? null
    if (before?.spanId !== place?.spanId) link(made, "resend-of", before)
    return made
  },
  SendAccepted: (event, at, { accepted, sendings }) => {
    const { ingestionId, requestId } = event.data
    const name = Gathered.attemptOf(event.data)
    accepted.set(name, { at, ingestionId })
    const made = sendings.get(name)
    if (made === undefined) return null
    if (made.parent !== null) countRows(made.parent, "sent", numeric(made, "inlet.batch.rows"))
    describe(made, { "inlet.databox.ingestion_id": ingestionId })
    if (requestId !== null) describe(made, { "inlet.databox.request_id": requestId })
    return pass(extend(made, at))
  },
  SendFailed: (event, at, telling) => {
    const name = Gathered.attemptOf(event.data)
    const sending = telling.sendings.get(name)
    if (sending !== undefined && !telling.accepted.has(name)) {
      fail(extend(sending, at), codeOf(event.data))
      return sending
    }
    const verdict = confirm(event, event.data, at, telling)
    // What the sink lost is sent again; the looking itself went well.
    if (event.data.kind !== "permanent") return pass(verdict)
    fail(verdict, codeOf(event.data))
    return describe(verdict, { "inlet.databox.status": "Refused" })
  },
  SendConfirmed: (event, at, telling) => {
    const { dataset, ingestionId, part, received } = event.data
    if (part === 0) {
      extend(loadOf(event, event.data, at, telling, dataset), at)
      return null
    }
    const made = pass(confirm(event, event.data, at, telling, dataset))
    if (made.parent !== null) countRows(made.parent, "confirmed", received)
    if (ingestionId !== null) describe(made, { "inlet.databox.ingestion_id": ingestionId })
    return describe(made, { "inlet.databox.status": "Confirmed" })
  },
  RowsQuarantined: (event, at, telling) => {
    const { rows, stage } = event.data
    const load = loadOf(event, event.data, at, telling)
    countRows(extend(load, at), "rejected", rows.length)
    if (stage === "map") return null
    const place = Gathered.placeOf(event.trace)
    const known = telling.appended.get(place?.spanId ?? "")
    if (known !== undefined) return extend(known, at)
    const key = `isolate/${event.run}/${place?.spanId ?? Gathered.attemptOf(event.data)}`
    return pass(extend(telling.book.work(key, "isolate", load, at), at))
  },
  DatasetProvisioned: (event, at, { book }) => {
    const { title } = event.data.dataset
    const load = book.load(event, title, at)
    const made = book.work(`provision/${event.run}/${title}`, "provision", load, at)
    return pass(describe(extend(made, at), { "inlet.dataset.key": title }))
  },
  DatasetPurged: (event, at, { book }) => {
    const { dataset } = event.data
    const load = book.load(event, dataset, at)
    const made = book.work(`purge/${event.run}/${dataset}`, "purge", load, at)
    return pass(describe(extend(made, at), { "inlet.dataset.key": dataset }))
  },
  TokenChanged: (event, at, { book }) => {
    const { reason } = event.data
    const source = book.source(event.stream.slice(event.stream.indexOf("/") + 1), at)
    // Somebody signed in or out: that is the whole command's doing, be it a sign-in and a sync in one.
    if (reason === "authorized" || reason === "revoked") return null
    const made = extend(book.work(`token/${event.id}`, "refresh token", source, at), at)
    if (reason === "invalid") fail(made, "E_SOURCE_AUTH")
    else pass(made)
    return made
  },
  QuarantineResolved: (event, at, { book }) => {
    extend(book.run(event, at), at)
    return null
  },
  DataErased: (event, at, { book }) => {
    extend(book.run(event, at), at)
    return null
  }
}

/** Takes an event into account; the work that appended it, or null where that is not certain. */
export const tell = <T extends Event.Type>(
  type: T,
  event: Event.Event & Event.FactOf<T>,
  at: bigint,
  telling: Telling
): Work | null => TELL[type](event, at, telling)
