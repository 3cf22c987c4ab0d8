// The files that every trace is kept in, one a trace: `<trace id>.jsonl`, a request of OTLP/JSON a line, as a collector takes it.
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs"
import { dirname, join } from "node:path"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { FileError } from "../output/Failure.ts"

/** Tells that this command's store is there, wherever it was looked for at first: its trace is kept beside it. */
export class Beside extends Context.Reference<Beside>()("@inlet/runner/telemetry/Beside", {
  defaultValue: (): ((store: string) => void) => () => {}
}) {}

/** The folder beside a store. */
export const beside = (store: string): Place => {
  const within = dirname(store)
  return { folder: join(within, "traces"), within }
}

/** Where traces are kept. */
export interface Place {
  readonly folder: string
  /** A folder that has to be there already: a look at things must not make a store's. */
  readonly within: string | null
}

const KEPT = 1_000
/** Bytes of the trace of a command that only looked at something: whoever looks each minute must not push runs out. */
const LOOK = 4_096
const KEPT_FOR = 30 * 24 * 60 * 60 * 1_000

const NAME = /^[0-9a-f]{32}\.jsonl$/

export const pathOf = ({ folder }: Pick<Place, "folder">, traceId: string): string => join(folder, `${traceId}.jsonl`)

export const exists = (place: Pick<Place, "folder">, traceId: string): boolean => existsSync(pathOf(place, traceId))

/** Removes what is too old, and what is too much where one more comes. */
const prune = (folder: string) => {
  const since = Date.now() - KEPT_FOR
  const files = readdirSync(folder)
    .filter((name) => NAME.test(name))
    .map((name) => join(folder, name))
    .map((path) => {
      const { mtimeMs: at = 0, size = 0 } = statSync(path, { throwIfNoEntry: false }) ?? {}
      return { path, at, kind: size > LOOK ? ("run" as const) : ("look" as const) }
    })
    .sort((one, other) => other.at - one.at)
  const count = { run: 0, look: 0 }
  for (const { at, kind, path } of files) {
    count[kind] += 1
    if (at < since || count[kind] >= KEPT) rmSync(path, { force: true })
  }
}

/** Makes the file ready for another line, and tells what has to stand before it. */
const prepare = ({ folder }: Place, path: string): string => {
  if (existsSync(path)) {
    // Whoever was killed while writing left a part of a line.
    return readFileSync(path).at(-1) === 0x0a ? "" : "\n"
  }
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  prune(folder)
  return ""
}

/** Writes lines of traces. What it throws is the file system's. */
export const writer = (placed: () => Place) => {
  const begun = new Set<string>()
  return {
    /** Whether there is a place to write to by now. */
    isReady: (): boolean => {
      const { within } = placed()
      return within === null || existsSync(within)
    },
    append: (traceId: string, line: string): void => {
      const place = placed()
      const path = pathOf(place, traceId)
      const before = begun.has(path) ? "" : prepare(place, path)
      appendFileSync(path, `${before}${line}\n`, { mode: 0o600 })
      begun.add(path)
    }
  }
}

/** The file of a trace, where there is one. */
export const find = Effect.fnUntraced(function* (place: Pick<Place, "folder">, traceId: string) {
  const files = yield* FileSystem.FileSystem
  const path = pathOf(place, traceId)
  const there = yield* Effect.orElseSucceed(files.exists(path), () => false)
  return Option.liftPredicate(path, () => there)
})

const isJson = (line: string): boolean => {
  try {
    JSON.parse(line)
    return true
  } catch {
    return false
  }
}

/** Its requests of OTLP/JSON, each as text. What a killed process wrote a part of is left out. */
export const lines = Effect.fnUntraced(function* (path: string) {
  const files = yield* FileSystem.FileSystem
  const text = yield* Effect.mapError(
    files.readFileString(path),
    ({ message }) =>
      new FileError({
        detail: `${path} cannot be read (${/\bE[A-Z]{3,}\b/.exec(message)?.[0] ?? "no reason given"}).`,
        fix: "Check that you may read it."
      })
  )
  return text.split("\n").filter((line) => line !== "" && isJson(line))
})
