// Checks a store without changing anything of it, whatever state it is in.
import type { Archive, EventStore } from "@inlet/core"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as Affected from "./Affected.ts"
import * as Database from "./Database.ts"
import * as EventCheck from "./EventCheck.ts"
import * as Failure from "./Failure.ts"
import * as FileCheck from "./FileCheck.ts"
import * as Findings from "./Findings.ts"
import * as PageCheck from "./PageCheck.ts"
import * as Views from "./Views.ts"

type Check = readonly [name: Archive.CheckName, work: Effect.Effect<Findings.Outcome, EventStore.StoreError>]

const SUMMARIES: Readonly<Record<Archive.CheckName, string>> = {
  file: "SQLite's own check of the file",
  wal: "write-ahead log",
  end: "end of the log",
  events: "events",
  pages: "raw pages",
  views: "views against the events"
}

/** What is said of each view where it is wrong. */
const USED_FOR: Readonly<Record<Views.View, string>> = {
  pipelines: "where the next sync goes on",
  runs: "the history of runs",
  batches: "what is recorded and what of it still waits",
  sends: "the send log",
  quarantine: "which rows wait for a decision"
}

const failed = ({ detail }: EventStore.StoreError, summary: string): Findings.Outcome => {
  const findings = Findings.make()
  findings.add({ message: `${detail}.`, fix: Affected.RESTORE })
  return { findings, summary }
}

const differences = (deviations: ReadonlyArray<Views.Deviation>): Findings.Findings => {
  const findings = Findings.make()
  for (const { missing, stream, view, wrong } of deviations) {
    findings.add({
      message: `The view ${view} (${USED_FOR[view]}) is not what the events give: ${wrong} of its rows are wrong, ${missing} are missing. The log itself is not concerned.`,
      fix: "inlet replay views",
      pipeline: Affected.pipelineOf(stream)
    })
  }
  return findings
}

/** The checks of what is in the store; used on a snapshot and on an import before it is committed. */
export const contents = (snapshot: Database.Snapshot): ReadonlyArray<Check> => {
  const { run, sql } = snapshot
  let views: ReturnType<typeof Views.beside> | undefined
  const events = Effect.gen(function* () {
    const beside = yield* run("verify", () => Views.beside(sql))
    const outcome = yield* EventCheck.check(snapshot, beside)
    if (outcome.findings.count() === 0) views = beside
    return outcome
  })
  const compared = run("verify", () => {
    if (views === undefined) {
      const findings = Findings.make()
      findings.add({ message: "They were not compared, since events are damaged.", fix: Affected.RESTORE })
      return { findings, summary: SUMMARIES.views }
    }
    views.end()
    return { findings: differences(views.deviations()), summary: SUMMARIES.views }
  })
  return [
    ["events", events],
    ["pages", PageCheck.check(snapshot)],
    ["views", compared]
  ]
}

/** Carries a check out; that the store cannot be read there is what it found. */
export const carryOut = ([name, work]: Check) =>
  work.pipe(
    Effect.catchIf(Failure.isDamage, (error) => Effect.succeed(failed(error, SUMMARIES[name]))),
    Effect.map((outcome) => Findings.tell(name, outcome))
  )

export const verify = (filename: string): Stream.Stream<Archive.Finding, EventStore.StoreError> =>
  Stream.unwrapScoped(
    Database.look(filename).pipe(
      Effect.map(
        (snapshot): ReadonlyArray<Check> => [
          ["file", FileCheck.structure(snapshot)],
          ["wal", FileCheck.wal(snapshot)],
          ["end", FileCheck.end(snapshot)],
          ...contents(snapshot)
        ]
      ),
      Effect.catchIf(
        Failure.isDamage,
        (error): Effect.Effect<ReadonlyArray<Check>> =>
          Effect.succeed([["file", Effect.succeed(failed(error, SUMMARIES.file))]])
      ),
      Effect.map((checks) => Stream.flattenIterables(Stream.mapEffect(Stream.fromIterable(checks), carryOut)))
    )
  )
