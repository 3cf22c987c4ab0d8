// A folder with a store's place in it, commands that are run there, and the traces that they leave.
import { readdirSync, readFileSync, statSync } from "node:fs"
import { mkdir } from "node:fs/promises"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { folder, inlet, type Options } from "../support/Inlet.ts"
import * as Otlp from "./Otlp.ts"

/** A command that looks at nothing but the program itself, and ends well. */
export const LIST = ["connector", "list"]

/** One that fails: there is no store. */
export const STATUS = ["status"]

export const place = (files: Readonly<Record<string, string>> = {}) =>
  Effect.gen(function* () {
    const cwd = yield* folder(files)
    yield* Effect.promise(() => mkdir(join(cwd, ".inlet")))
    const run = (args: ReadonlyArray<string>, env: Readonly<Record<string, string>> = {}, options: Options = {}) =>
      inlet(args, { cwd, ...options, env })
    return { cwd, traces: join(cwd, ".inlet", "traces"), run }
  })

const names = (traces: string): ReadonlyArray<string> => {
  try {
    return readdirSync(traces)
  } catch {
    return []
  }
}

/** The files in a folder of traces. */
export const files = (traces: string) =>
  names(traces).map((name) => {
    const path = join(traces, name)
    const requests = readFileSync(path, "utf8").split("\n").slice(0, -1)
    return { name, path, mode: statSync(path).mode & 0o777, requests }
  })

/** The spans of all files there, decoded strictly. */
export const spans = (traces: string): ReadonlyArray<Otlp.Read> =>
  files(traces).flatMap(({ requests }) => Otlp.spans(requests))

/** The lines of warnings in what was said on standard error. */
export const warnings = (stderr: string): ReadonlyArray<string> =>
  stderr.split("\n").filter((line) => line.startsWith("warning:"))
