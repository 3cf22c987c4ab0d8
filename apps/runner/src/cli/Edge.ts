// Where a command line becomes work and its end becomes words and an exit code. Nothing else decides how an error looks.
import * as CliConfig from "@effect/cli/CliConfig"
import * as Options from "@effect/cli/Options"
import * as ValidationError from "@effect/cli/ValidationError"
import type * as FileSystem from "@effect/platform/FileSystem"
import type * as Path from "@effect/platform/Path"
import type * as Terminal from "@effect/platform/Terminal"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodePath from "@effect/platform-node/NodePath"
import * as NodeTerminal from "@effect/platform-node/NodeTerminal"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Setting from "../configuration/Setting.ts"
import * as Failure from "../output/Failure.ts"
import * as Log from "../output/Log.ts"
import { make as makeOutput, Output } from "../output/Output.ts"
import { version } from "../Version.ts"
import * as Argv from "./Argv.ts"
import { tree } from "./Commands.ts"
import type { Problem } from "./Environment.ts"
import * as Globals from "./Globals.ts"
import * as Help from "./Help.ts"
import * as Trace from "./Trace.ts"
import * as Tree from "./Tree.ts"

const platform = Layer.mergeAll(NodeFileSystem.layer, NodePath.layer, NodeTerminal.layer)

const invalid = (command: ReadonlyArray<string>) => (error: ValidationError.ValidationError) =>
  new Failure.UsageError({
    detail: Help.plain(error.error),
    fix: ["inlet", ...command, "--help"].join(" ")
  })

const globalsOf = ({ command, globals }: Argv.Parsed) =>
  Options.processCommandLine(Globals.options, globals, CliConfig.defaultConfig).pipe(
    Effect.map(([, , values]) => values),
    Effect.mapError(invalid(command))
  )

/** A setting of the log: as the option says, else the variable, else `otherwise`. */
const setting = Effect.fnUntraced(function* <A>(
  given: Option.Option<A>,
  name: string,
  choices: ReadonlyArray<string>,
  parse: (written: string) => Option.Option<A>,
  otherwise: A
) {
  if (Option.isSome(given)) return given.value
  const written = yield* Setting.variable(name)
  if (written === undefined) return otherwise
  return yield* parse(written).pipe(
    Effect.mapError(
      () =>
        new Failure.UsageError({
          detail: `${name} is none of ${choices.join(", ")}.`,
          fix: "Set it to one of them, or unset it."
        })
    )
  )
})

const log = Effect.fnUntraced(function* (
  { logFormat, logLevel }: Globals.Values,
  { line, onTerminal }: Output["Type"]
) {
  const { FORMATS, LEVELS, parseFormat, parseLevel } = Globals
  const level = yield* setting(logLevel, "INLET_LOG_LEVEL", LEVELS, parseLevel, "warning")
  const usual = onTerminal ? "text" : "json"
  const format = yield* setting(logFormat, "INLET_LOG_FORMAT", FORMATS, parseFormat, usual)
  return Log.layer({ level, format, line })
})

/** Carries the command out; ends with its exit code. */
const execute = Effect.fnUntraced(function* (command: Tree.Execute, parsed: Argv.Parsed, output: Output["Type"]) {
  const globals = yield* globalsOf(parsed)
  const logging = yield* log(globals, output)
  return yield* command(parsed.own).pipe(
    Effect.catchIf(ValidationError.isValidationError, invalid(parsed.command)),
    Effect.tapDefect((cause) => Effect.logDebug("a bug of ours", cause)),
    Effect.provideService(Globals.Globals, globals),
    Effect.provideService(Output, output),
    Effect.provide(logging)
  )
})

const dispatch = (
  parsed: Either.Either<Argv.Parsed, Failure.UsageError>,
  output: Output["Type"]
): Effect.Effect<number, Problem, FileSystem.FileSystem | Path.Path | Terminal.Terminal> =>
  Either.match(parsed, {
    onLeft: (error) => Effect.fail(error),
    onRight: (parsed) => {
      if (parsed.version) return Effect.as(output.write(`${version}\n`), 0)
      const width = Math.min(output.columns, 110)
      const { execute: command } = Tree.at(tree, parsed.command)
      if (parsed.help || command === undefined) {
        return Effect.as(output.write(Help.render(tree, parsed.command, { paint: output.paint, width })), 0)
      }
      return execute(command, parsed, output)
    }
  })

const show = (output: Output["Type"], failure: Failure.Failure) =>
  output.json
    ? Effect.catchTag(output.item({ error: failure }), "OutputClosed", () => Effect.void)
    : output.complain(Failure.render(failure))

/** Tells of an end that is none of the good ones. An interruption stays one: who interrupted knows the exit code. */
const report = (cause: Cause.Cause<Problem>, output: Output["Type"]): Effect.Effect<number> =>
  Effect.gen(function* () {
    const reference = yield* Trace.id
    const error = Cause.failureOption(cause)
    if (Option.isSome(error)) {
      if (error.value._tag === "OutputClosed") return 0
      const { exit, failure } = Failure.describe(error.value, { reference })
      yield* show(output, failure)
      return exit
    }
    if (Cause.isInterruptedOnly(cause)) return yield* Effect.interrupt
    yield* show(output, Failure.bug(Cause.squash(cause), reference))
    return 1
  })

/** The whole of `inlet`: from the words behind its name to the exit code. */
export const main = (argv: ReadonlyArray<string>): Effect.Effect<number> =>
  Effect.gen(function* () {
    const columns = Number(yield* Setting.variable("COLUMNS"))
    const output = makeOutput({
      json: Argv.has(argv, "--json"),
      quiet: Argv.has(argv, "--quiet"),
      noColor: (yield* Setting.variable("NO_COLOR")) !== undefined,
      columns: columns > 0 ? columns : undefined
    })
    const parsed = Argv.parse(argv, tree, Options.getUsage(Globals.options))
    const command = Either.isRight(parsed) ? parsed.right.command : []
    return yield* dispatch(parsed, output).pipe(
      Effect.catchAllCause((cause) => report(cause, output)),
      Effect.withSpan(["inlet", ...command].join(" ")),
      Effect.provide(Layer.merge(platform, Log.silent))
    )
  })
