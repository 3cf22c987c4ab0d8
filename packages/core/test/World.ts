// A source and a sink that tests script: pages of records with a version each, and a dataset that remembers in which order
// it was written.
import { type Contract, type Event, Hash, Mapping, type Row, Sink, Source } from "@inlet/core"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"

export interface Item {
  readonly id: string
  readonly v: number
  readonly bad?: boolean
}

export const contract: Contract.Contract = {
  stream: "items",
  version: 1,
  primaryKey: ["id"],
  time: "v",
  meaning: "Items of a test",
  columns: [
    { name: "id", type: "string", optional: false, from: "id", meaning: "The key" },
    { name: "v", type: "number", optional: false, from: "v", meaning: "The version" }
  ]
}

const isItem = (record: unknown): record is Item => typeof record === "object" && record !== null && "id" in record

export const spec: Source.StreamSpec = {
  contract,
  records: (body) => (Array.isArray(body) ? body : []),
  map: (record): Row.Mapped =>
    isItem(record) && record.bad !== true
      ? { _tag: "Row", row: { id: record.id, v: record.v } }
      : { _tag: "Rejected", rejection: { code: "missing", path: "id" }, key: null }
}

export const mapping = Mapping.local(spec)

/** A source whose pages are listed; the cursor is how many pages were read. */
export class FakeSource {
  pages: Array<ReadonlyArray<Item>> = []
  /** Whose each page is. */
  subjects: ReadonlyArray<string> = []
  readonly asked: Array<number> = []
  /** Reads all pages each time, so that the cursor never says more. */
  whole = false
  /** Called when a page is asked for. */
  onAsk: (index: number) => Effect.Effect<void, Source.SourceError> = () => Effect.void

  private page(index: number): Source.Page {
    const items = this.pages[index] ?? []
    const body = new TextEncoder().encode(JSON.stringify(items))
    const last = index >= this.pages.length - 1
    const subject = this.subjects[index]
    const request: Event.RequestInfo = {
      method: "GET",
      url: "/items",
      key: `GET /items?page=${index}`,
      query: { page: String(index) },
      status: 200,
      etag: null,
      requestId: null
    }
    return {
      request,
      body,
      ...(subject !== undefined && { subject }),
      records: items.length,
      fresh: items.length,
      shape: { fingerprint: Hash.sha256("shape"), lines: ["id string", "v number"] },
      next: last ? null : index + 1,
      ...(last ? { cursor: this.whole ? "whole" : this.pages.length } : {})
    }
  }

  layer = Layer.sync(Source.Source, () => ({
    name: "test",
    connector: "test@1",
    streams: new Map([["items", mapping]]),
    read: (_: string, { cursor, position }: Source.ReadOptions) => {
      const start = typeof position === "number" ? position : typeof cursor === "number" ? cursor : 0
      return Stream.paginateEffect(start, (index) =>
        Effect.suspend(() => {
          this.asked.push(index)
          return Effect.map(this.onAsk(index), () => {
            const page = this.page(index)
            return [page, page.next === null ? Option.none<number>() : Option.some(index + 1)] as const
          })
        })
      )
    }
  }))
}

type Answer = "accept" | Sink.SinkError | { readonly thenFail: Sink.SinkError }

/** A sink that applies each ingestion `delay` ms after it took it, and answers as scripted. */
export class FakeSink {
  readonly bodies: Array<ReadonlyArray<Item>> = []
  /** Every row in the order in which it was applied. */
  readonly applied: Array<Item> = []
  readonly rows = new Map<string, number>()
  private readonly ingestions = new Map<string, { at: number; rows: ReadonlyArray<Item>; done: boolean }>()
  delay = 100
  /** How long a new ingestion is missing from the list of the unsettled ones. */
  hidden = 0
  down = false
  /** What happens to the n-th request (from 0): by default it is accepted. */
  answer: (n: number, rows: ReadonlyArray<Item>) => Answer = () => "accept"
  /** The verdict on rows once applied; null confirms. */
  verdict: (rows: ReadonlyArray<Item>) => Sink.Verdict | null = () => null

  private settle(now: number) {
    for (const ingestion of this.ingestions.values()) {
      if (ingestion.done || ingestion.at > now) continue
      ingestion.done = true
      if (this.verdict(ingestion.rows) !== null) continue
      for (const row of ingestion.rows) {
        this.applied.push(row)
        this.rows.set(row.id, row.v)
      }
    }
  }

  private take(rows: ReadonlyArray<Item>, now: number): string {
    const id = `i${this.ingestions.size + 1}`
    this.ingestions.set(id, { at: now + this.delay, rows, done: false })
    return id
  }

  layer = Layer.sync(Sink.Sink, () => ({
    provider: "fake",
    limits: { records: 10, bytes: 10_000 },
    body: (rows) => `[${rows.join(",")}]`,
    provision: (_, title) =>
      this.down
        ? failure("retryable", "connection_refused", "service")
        : Effect.succeed({ title, id: "d1", dataSource: "1", contractVersion: 1, api: "v1" }),
    send: (_, body) =>
      Effect.gen(this, function* () {
        const now = yield* Clock.currentTimeMillis
        this.settle(now)
        if (this.down) return yield* failure("retryable", "connection_refused", "service")
        const rows: ReadonlyArray<Item> = JSON.parse(body)
        const answer = this.answer(this.bodies.length, rows)
        this.bodies.push(rows)
        if (answer === "accept") return { requestId: null, ingestionId: this.take(rows, now) }
        if ("thenFail" in answer) {
          this.take(rows, now)
          return yield* answer.thenFail
        }
        return yield* answer
      }),
    outcome: (_, { ingestionId }, count) =>
      Effect.gen(this, function* () {
        this.settle(yield* Clock.currentTimeMillis)
        const ingestion = this.ingestions.get(ingestionId)
        if (ingestion === undefined) return { _tag: "Missing" } as const
        if (!ingestion.done) return { _tag: "Running" } as const
        return (
          this.verdict(ingestion.rows) ??
          ({ _tag: "Confirmed", received: count, appended: null, overwritten: null } as const)
        )
      }),
    unsettled: () =>
      Effect.gen(this, function* () {
        const now = yield* Clock.currentTimeMillis
        this.settle(now)
        return [...this.ingestions.values()].some(({ at, done }) => !done && now >= at - this.delay + this.hidden)
      }),
    purge: () =>
      Effect.gen(this, function* () {
        this.settle(yield* Clock.currentTimeMillis)
        if (this.down) return yield* failure("retryable", "connection_refused", "service")
        this.rows.clear()
      })
  }))
}

export const failure = (
  kind: Sink.SinkError["kind"],
  code: string,
  concerns: Sink.SinkError["concerns"] = "service"
): Sink.SinkError =>
  new Sink.SinkError({ kind, code, concerns, detail: code, status: null, requestId: null, retryAfter: null })
