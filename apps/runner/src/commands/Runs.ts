// `inlet runs`: the history of runs, or one of them in full.
import { SendLog, Trace } from "@inlet/core"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as Facts from "../output/Facts.ts"
import { UsageError } from "../output/Failure.ts"
import * as Listing from "../output/Listing.ts"
import { Output, type Style } from "../output/Output.ts"
import * as Table from "../output/Table.ts"
import * as Time from "../output/Time.ts"
import { existing } from "../run/Store.ts"

const STYLES: Readonly<Record<string, Style>> = { failed: "red", completed: "green", running: "yellow" }

const listing: Listing.Listing<SendLog.Run> = {
  columns: [
    { title: "run" },
    { title: "pipeline", name: true },
    { title: "mode", spare: 4 },
    { title: "outcome", style: (cell) => STYLES[String(cell)] },
    { title: "read", spare: 1 },
    { title: "sent", spare: 2 },
    { title: "unchanged", spare: 3 },
    { title: "superseded", spare: 5, quiet: true },
    { title: "quarantined", quiet: true },
    { title: "pending", quiet: true },
    { title: "error", quiet: true }
  ],
  cells: ({ counts, error, mode, outcome, run, source, stream }) => [
    run,
    `${source}/${stream}`,
    mode,
    outcome ?? "running",
    counts.read,
    counts.sent,
    counts.unchanged,
    counts.superseded,
    counts.quarantined,
    counts.pending,
    error === null ? null : error.code
  ],
  json: (run) => run
}

const traceId = ({ trace }: SendLog.Run): Option.Option<string> =>
  Option.map(Trace.parse(trace), ({ traceId }) => traceId)

const inFull = (run: SendLog.Run, sends: ReadonlyMap<string, number>): ReadonlyArray<Facts.Fact> => {
  const { read, ...rest } = run.counts
  return [
    ["run", run.run],
    ["pipeline", `${run.source}/${run.stream}`],
    ["mode", `${run.mode}, started by ${run.trigger}`],
    ["began", Time.stamp(run.startedAt)],
    ["ended", run.endedAt === null ? "–" : Time.stamp(run.endedAt)],
    ["outcome", run.outcome ?? "running"],
    [
      "records",
      `${read} read = ${Object.entries(rest)
        .map(([name, count]) => `${count} ${name}`)
        .join(" + ")}`
    ],
    ["sends", [...sends].map(([outcome, count]) => `${count} ${outcome}`).join(", ") || "none"],
    ["trace", Option.getOrElse(traceId(run), () => "–")],
    ...(run.error === null ? [] : [["error", `${run.error.code}: ${Table.clean(run.error.message)}`] as const])
  ]
}

const one = Effect.fnUntraced(function* (id: string) {
  const output = yield* Output
  const log = yield* SendLog.SendLog
  const found = yield* Stream.runHead(log.runs({ run: id }))
  if (Option.isNone(found)) {
    return yield* new UsageError({ detail: `There is no run ${id}.`, fix: "inlet runs lists them." })
  }
  if (output.json) return yield* output.item(found.value)
  const sends = yield* Stream.runFold(log.sends({ run: id }), new Map<string, number>(), (counts, { outcome }) =>
    counts.set(outcome, (counts.get(outcome) ?? 0) + 1)
  )
  for (const line of Facts.lines(inFull(found.value, sends), output)) yield* output.say(line)
  if (Option.isSome(traceId(found.value))) yield* output.say(`Where its time went: inlet trace ${id}`)
})

export const run = Effect.fnUntraced(function* (options: { readonly run: Option.Option<string> }) {
  const output = yield* Output
  const work = Effect.gen(function* () {
    const log = yield* SendLog.SendLog
    yield* Option.match(options.run, {
      onNone: () => Listing.print(log.runs({}), listing, { json: output.json, none: "There is no run yet." }),
      onSome: one
    })
    return 0
  })
  return yield* Effect.provide(work, existing)
})
