// `inlet sends`: the send log.
import { SendLog } from "@inlet/core"
import * as Chunk from "effect/Chunk"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as Csv from "../output/Csv.ts"
import { UsageError } from "../output/Failure.ts"
import * as Listing from "../output/Listing.ts"
import { Output, type Style } from "../output/Output.ts"
import type { Cell } from "../output/Table.ts"
import * as Time from "../output/Time.ts"
import { existing } from "../run/Store.ts"
import * as Filter from "./Filter.ts"

export interface Options {
  readonly source: Option.Option<string>
  readonly dataset: Option.Option<string>
  readonly since: Option.Option<string>
  readonly outcome: Option.Option<SendLog.SendOutcome>
  readonly run: Option.Option<string>
  readonly format: Option.Option<"table" | "json" | "csv">
}

const STYLES: Readonly<Record<string, Style>> = { confirmed: "green", failed: "red", quarantined: "red" }

/** How the send log looks, here and in the demo. */
export const listing: Listing.Listing<SendLog.Send> = {
  columns: [
    { title: "time" },
    { title: "provider", spare: 4 },
    { title: "dataset", name: true },
    { title: "rows" },
    { title: "columns", spare: 1 },
    { title: "outcome", style: (cell: Cell) => STYLES[String(cell)] },
    { title: "ingestion", spare: 2 },
    { title: "error", quiet: true },
    { title: "message", least: 24, spare: 3, quiet: true }
  ],
  cells: (send) => [
    Time.stamp(send.at),
    "databox",
    send.dataset,
    send.rows,
    send.columns.length,
    send.outcome,
    send.ingestionId,
    send.error?.code ?? null,
    send.error?.message ?? null
  ],
  json: (send) => {
    const { at, batch, columns, dataset, error, ingestionId, outcome, part, attempt, requestId, rows, run } = send
    const { source, stream, trace } = send
    const where = { at, provider: "databox", source, stream, dataset, rows, columns, outcome }
    return { ...where, batch, part, attempt, requestId, ingestionId, error, run, trace }
  }
}

const CSV = [
  "at",
  "provider",
  "source",
  "stream",
  "dataset",
  "rows",
  "columns",
  "outcome",
  "batch",
  "part",
  "attempt",
  "requestId",
  "ingestionId",
  "errorCode",
  "errorMessage",
  "run",
  "trace"
] as const

const csvLine = (send: SendLog.Send): string => {
  const { columns, error, ...rest } = send
  const cells: Readonly<Record<(typeof CSV)[number], Cell>> = {
    ...rest,
    provider: "databox",
    columns: columns.join(" "),
    errorCode: error?.code ?? null,
    errorMessage: error?.message ?? null
  }
  return Csv.line(CSV.map((name) => cells[name]))
}

const sinceOf = Effect.fnUntraced(function* (written: string) {
  const now = yield* Clock.currentTimeMillis
  return yield* Effect.mapError(
    Time.parse(written, now),
    () => new UsageError({ detail: `--since: "${written}" is no time.`, fix: "Write a date, an instant, or 24h." })
  )
})

export const run = Effect.fnUntraced(function* (options: Options) {
  const output = yield* Output
  const format = Option.getOrElse(options.format, () => (output.json ? "json" : "table"))
  if (output.json && format !== "json") {
    return yield* new UsageError({
      detail: `--json and --format ${format} do not go together.`,
      fix: "Leave one of them out."
    })
  }
  const since = yield* Effect.transposeMapOption(options.since, sinceOf)
  yield* Filter.source(options.source)
  yield* Filter.run(options.run)
  const filter: SendLog.SendFilter = {
    ...Option.match(options.source, { onNone: () => ({}), onSome: (source) => ({ source }) }),
    ...Option.match(options.dataset, { onNone: () => ({}), onSome: (dataset) => ({ dataset }) }),
    ...Option.match(since, { onNone: () => ({}), onSome: (since) => ({ since }) }),
    ...Option.match(options.outcome, { onNone: () => ({}), onSome: (outcome) => ({ outcome }) }),
    ...Option.match(options.run, { onNone: () => ({}), onSome: (run) => ({ run }) })
  }
  const work = Effect.gen(function* () {
    const log = yield* SendLog.SendLog
    const sends = log.sends(filter)
    if (format === "csv") {
      yield* output.write(Csv.line(CSV))
      yield* Stream.runForEachChunk(sends, (chunk) => output.write(Chunk.toReadonlyArray(chunk).map(csvLine).join("")))
    } else {
      yield* Listing.print(sends, listing, { json: format === "json", none: "Nothing was sent, or nothing like that." })
    }
    return 0
  })
  return yield* Effect.provide(work, existing)
})
