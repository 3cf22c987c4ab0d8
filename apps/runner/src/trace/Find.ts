// Which trace is meant: by its own id, by a run that is part of it, or the last one.
import { basename, join } from "node:path"
import * as FileSystem from "@effect/platform/FileSystem"
import { SendLog, Trace } from "@inlet/core"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { UsageError } from "../output/Failure.ts"
import { glance } from "../run/Store.ts"
import * as Settings from "../telemetry/Settings.ts"
import * as TraceFile from "../telemetry/TraceFile.ts"

const idOf = ({ trace }: SendLog.Run): string | null =>
  Option.getOrNull(Option.map(Trace.parse(trace), ({ traceId }) => traceId))

const first = (filter: { readonly run?: string }) =>
  Effect.flatMap(SendLog.SendLog, (log) => Stream.runHead(log.runs(filter)))

const ofRun = Effect.fnUntraced(function* (run: string) {
  const found = yield* Effect.provide(first({ run }), glance)
  if (Option.isNone(found)) {
    return yield* new UsageError({
      detail: `There is no run ${run}.`,
      fix: "inlet runs lists them; a trace has an id of 32 hexadecimal digits, or is the last one: inlet trace last"
    })
  }
  const id = idOf(found.value)
  if (id !== null) return id
  return yield* new UsageError({
    detail: `Run ${run} was recorded without a trace.`,
    fix: `See what it did: inlet events --run ${run}`
  })
})

/** Files that are looked into at most: commands that only look at things have traces too. */
const MOST = 200

/** The files of traces, the newest first. */
const filesIn = Effect.fnUntraced(function* (folder: string) {
  const files = yield* FileSystem.FileSystem
  const names = yield* Effect.orElseSucceed(files.readDirectory(folder), () => [])
  const found = yield* Effect.forEach(
    names.filter((name) => /^[0-9a-f]{32}\.jsonl$/.test(name)),
    (name) => {
      const path = join(folder, name)
      const at = Effect.map(files.stat(path), ({ mtime }) => Option.match(mtime, { onNone: () => 0, onSome: Number }))
      return Effect.map(at, (at) => ({ path, at }))
    }
  ).pipe(Effect.orElseSucceed(() => []))
  return found.sort((one, other) => other.at - one.at)
})

/** The newest trace in which there is a run. One that found nothing new is in its file, but not in the log. */
const byFile = Effect.gen(function* () {
  const place = yield* Settings.place
  if (place === null) return null
  for (const { at, path } of (yield* filesIn(place.folder)).slice(0, MOST)) {
    const lines = yield* Effect.orElseSucceed(TraceFile.lines(path), () => [])
    if (lines.some((line) => line.includes('"name":"run '))) return { at, traceId: basename(path, ".jsonl") }
  }
  return null
})

const byLog = Effect.provide(first({}), glance).pipe(
  Effect.map(Option.getOrNull),
  Effect.map((run) => (run === null ? null : { at: Date.parse(run.startedAt), traceId: idOf(run) }))
)

const last = Effect.gen(function* () {
  const file = yield* byFile
  const run = yield* Effect.catchTag(byLog, "StoreError", (error) =>
    file === null || error.reason !== "Missing" ? Effect.fail(error) : Effect.succeed(null)
  )
  const [newest] = [file, run]
    .flatMap((one) => (one === null || one.traceId === null ? [] : [{ at: one.at, traceId: one.traceId }]))
    .sort((one, other) => other.at - one.at)
  if (newest !== undefined) return newest.traceId
  return yield* new UsageError({ detail: "There is no trace of a run yet.", fix: "inlet sync makes one." })
})

/** The id of a trace: of `RUN` as the command takes it. */
export const find = (written: string) => {
  if (written === "last") return last
  return /^[0-9a-f]{32}$/i.test(written) ? Effect.succeed(written.toLowerCase()) : ofRun(written)
}
