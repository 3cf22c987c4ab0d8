// `inlet connector test`: the conformance kit on a connector's package, as the package's own test calls it.
import { join, resolve } from "node:path"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import { ConformanceError, UsageError } from "../../output/Failure.ts"
import { Output } from "../../output/Output.ts"
import * as Manifest from "./Manifest.ts"
import * as Vitest from "./Vitest.ts"

export interface Options {
  readonly path: Option.Option<string>
}

const KIT = "@inlet/sdk/testing"
/** Where a package may have its tests. */
const PLACES = ["test", "tests", "src"]

const connector = Effect.fnUntraced(function* (folder: string) {
  const found = Option.getOrUndefined(yield* Manifest.read(folder))
  if (found === undefined || !found.meant) {
    return yield* new UsageError({
      detail: `${folder} is not the package of a connector${found === undefined ? ": it has no package.json" : ""}.`,
      fix: "Give the folder of one, or make one: inlet connector new"
    })
  }
  const { manifest } = found
  if (Either.isRight(manifest)) return manifest.right
  return yield* new UsageError({
    detail: `${join(folder, "package.json")}:\n${manifest.left.join("\n")}`,
    fix: "Mend package.json, then run it again."
  })
})

/** The test files that call the kit. */
const conformance = Effect.fnUntraced(function* (folder: string) {
  const files = yield* FileSystem.FileSystem
  const found = yield* Effect.forEach(PLACES, (place) =>
    files.readDirectory(join(folder, place), { recursive: true }).pipe(
      Effect.orElseSucceed((): ReadonlyArray<string> => []),
      Effect.map((names) => names.map((name) => join(place, name)))
    )
  )
  const tests = found.flat().filter((name) => /\.(test|spec)\.[cm]?[jt]sx?$/.test(name))
  const kits = yield* Effect.filter(tests, (name) =>
    files.readFileString(join(folder, name)).pipe(
      Effect.map((text) => text.includes(KIT)),
      Effect.orElseSucceed(() => false)
    )
  )
  return kits.length > 0
    ? kits
    : yield* new UsageError({
        detail: `${folder} has no test that calls testConnector of ${KIT}.`,
        fix: "Write one as test/conformance.test.ts; inlet connector new shows how it looks."
      })
})

const vitest = (folder: string) =>
  Effect.flatMap(
    Vitest.locate(folder),
    Effect.mapError(
      () =>
        new UsageError({
          detail: `vitest, which runs the tests of ${folder}, is not installed.`,
          fix: "npm install; or, where package.json does not name it: npm install --save-dev vitest"
        })
    )
  )

const broken = (detail: string) =>
  new ConformanceError({ detail, fix: "Mend the connector, then run it again: inlet connector test" })

/** How each law's test ended. Where none was run, nothing is known of any law. */
const tested = Effect.fnUntraced(function* (program: string, name: string, options: Vitest.Options, shown: boolean) {
  const tests = yield* Effect.mapError(Vitest.tested(program, options, shown), (said) =>
    broken(`The conformance kit could not be run on ${name}.\n${said.trim().slice(-2000)}`)
  )
  if (tests.length > 0) return tests
  return yield* new UsageError({
    detail: `vitest ran no test of ${options.files.join(", ")} in ${options.folder}.`,
    fix: "Where a folder above has a configuration of vitest, give the package a vitest.config.ts of its own: export default {}"
  })
})

/** Each law that is broken, and why. */
const reasons = (name: string, tests: ReadonlyArray<Vitest.Test>, failed: ReadonlyArray<Vitest.Test>): string => {
  const why = failed.map(({ name, why }) => `${name}: ${why.replaceAll("\n", "\n  ")}`)
  return [`${name} breaks ${failed.length} of ${tests.length} laws:`, ...why].join("\n")
}

export const run = Effect.fnUntraced(function* ({ path }: Options) {
  const output = yield* Output
  const folder = resolve(Option.getOrElse(path, () => "."))
  const { name } = yield* connector(folder)
  const files = yield* conformance(folder)
  const program = yield* vitest(folder)
  const shown = !output.json && !output.quiet
  const tests = yield* tested(program, name, { folder, files }, shown)
  const failed = tests.filter(({ status }) => status === "failed")
  if (failed.length > 0) {
    return yield* broken(
      shown ? `${name} does not keep to the laws of the conformance kit; see above.` : reasons(name, tests, failed)
    )
  }
  if (output.json) yield* output.item({ name, laws: tests.map(({ name, status }) => ({ law: name, status })) })
  yield* output.say(`${name} keeps to the laws of the conformance kit.`)
  return 0
})
