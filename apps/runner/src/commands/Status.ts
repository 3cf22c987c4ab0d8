// `inlet status`: where each pipeline stands.
import { SendLog } from "@inlet/core"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Listing from "../output/Listing.ts"
import { Output, type Style } from "../output/Output.ts"
import * as Time from "../output/Time.ts"
import { existing } from "../run/Store.ts"

const STYLES: Readonly<Record<string, Style>> = { failed: "red", completed: "green", running: "yellow" }

/** Only a hint: a cursor is a matter between a connector and its service. */
const hint = (cursor: unknown): string => (typeof cursor === "string" ? cursor : JSON.stringify(cursor))

const listing = (now: number): Listing.Listing<SendLog.PipelineStatus> => ({
  columns: [
    { title: "pipeline", name: true },
    { title: "last run", style: (cell) => STYLES[String(cell)] },
    { title: "began", spare: 1 },
    { title: "asked" },
    { title: "pending" },
    { title: "quarantined" },
    { title: "cursor", least: 24, spare: 2 }
  ],
  cells: ({ cursor, lastRun, pending, polledAt, quarantined, source, stream }) => [
    `${source}/${stream}`,
    lastRun === null ? null : (lastRun.outcome ?? "running"),
    lastRun === null ? null : Time.stamp(lastRun.startedAt),
    polledAt === null ? null : Time.ago(polledAt, now),
    pending,
    quarantined,
    cursor === null ? null : hint(cursor)
  ],
  json: (status) => status
})

export const run = Effect.fnUntraced(function* (_: object) {
  const output = yield* Output
  const now = yield* Clock.currentTimeMillis
  const work = Effect.gen(function* () {
    const log = yield* SendLog.SendLog
    yield* Listing.print(log.pipelines(), listing(now), { json: output.json, none: "No pipeline has run yet." })
    return 0
  })
  return yield* Effect.provide(work, existing)
})
