// Runs tests of a package by the vitest that the package has, and tells how each ended.
import { spawn } from "node:child_process"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import * as Schema from "effect/Schema"

/** What vitest writes as JSON, as far as it is needed. */
const Report = Schema.parseJson(
  Schema.Struct({
    testResults: Schema.Array(
      Schema.Struct({
        name: Schema.String,
        status: Schema.String,
        message: Schema.optional(Schema.String),
        assertionResults: Schema.Array(
          Schema.Struct({
            title: Schema.String,
            status: Schema.String,
            failureMessages: Schema.NullishOr(Schema.Array(Schema.String))
          })
        )
      })
    )
  })
)

export interface Test {
  readonly name: string
  readonly status: "passed" | "failed" | "skipped"
  /** Why it failed, without a stack. */
  readonly why: string
}

const statusOf = (status: string): Test["status"] => (status === "passed" || status === "failed" ? status : "skipped")

const plain = (message: string): string =>
  message
    .split("\n")
    .filter((line) => !/^\s+at /.test(line))
    .join("\n")
    .replace(/^AssertionError: /, "")
    .trim()

/** A file that failed without a failed test could not be run at all. */
const tests = ({ testResults }: typeof Report.Type): ReadonlyArray<Test> =>
  testResults.flatMap(({ assertionResults, message = "", name, status }) => {
    const found = assertionResults.map(
      ({ failureMessages, status, title }): Test => ({
        name: title,
        status: statusOf(status),
        why: plain(failureMessages?.[0] ?? "")
      })
    )
    return status === "failed" && !found.some((one) => one.status === "failed")
      ? [...found, { name, status: "failed", why: plain(message) }]
      : found
  })

/** The program, as the package's folder finds it. */
export const locate = (folder: string): Effect.Effect<Option.Option<string>> =>
  Effect.option(
    Effect.try(() =>
      join(dirname(createRequire(join(folder, "package.json")).resolve("vitest/package.json")), "vitest.mjs")
    )
  )

export interface Options {
  readonly folder: string
  /** Paths within the folder. */
  readonly files: ReadonlyArray<string>
}

/** What a run said, where it is not shown. */
const run = (
  program: string,
  { files, folder }: Options,
  stdio: "inherit" | "pipe",
  args: ReadonlyArray<string> = []
) =>
  Effect.async<{ readonly said: string }>((resume) => {
    const child = spawn(process.execPath, [program, "run", ...files, ...args], {
      cwd: folder,
      stdio: ["ignore", stdio, stdio]
    })
    let said = ""
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        said += text
      })
    }
    child.on("error", ({ message }) => resume(Effect.succeed({ said: message })))
    child.on("close", () => resume(Effect.succeed({ said })))
    return Effect.sync(() => child.kill())
  })

/** How the tests ended, before people's eyes or not; fails with what was said where they could not be run. */
export const tested = Effect.fnUntraced(function* (program: string, options: Options, shown: boolean) {
  const files = yield* FileSystem.FileSystem
  const result = join(yield* Effect.orDie(files.makeTempDirectoryScoped({ prefix: "inlet-vitest-" })), "result.json")
  const reporters = [...(shown ? ["--reporter=default"] : []), "--reporter=json", `--outputFile.json=${result}`]
  const { said } = yield* run(program, options, shown ? "inherit" : "pipe", reporters)
  return yield* files
    .readFileString(result)
    .pipe(Effect.flatMap(Schema.decode(Report)), Effect.mapBoth({ onSuccess: tests, onFailure: () => said }))
}, Effect.scoped)
