// Carries a command out. Loaded only when one is: what is imported here is nothing that help has to wait for.
import * as CliConfig from "@effect/cli/CliConfig"
import * as Options from "@effect/cli/Options"
import * as ValidationError from "@effect/cli/ValidationError"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodePath from "@effect/platform-node/NodePath"
import * as NodeTerminal from "@effect/platform-node/NodeTerminal"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Setting from "../configuration/Setting.ts"
import { UsageError } from "../output/Failure.ts"
import * as Log from "../output/Log.ts"
import { Output } from "../output/Output.ts"
import * as Telemetry from "../telemetry/Telemetry.ts"
import type * as Argv from "./Argv.ts"
import { tree } from "./Commands.ts"
import { plain } from "./Describe.ts"
import type { Problem } from "./Environment.ts"
import * as GlobalOptions from "./GlobalOptions.ts"
import * as Globals from "./Globals.ts"
import * as Tree from "./Tree.ts"

const platform = Layer.mergeAll(NodeFileSystem.layer, NodePath.layer, NodeTerminal.layer)

const invalid = (command: ReadonlyArray<string>) => (error: ValidationError.ValidationError) =>
  new UsageError({ detail: plain(error.error), fix: ["inlet", ...command, "--help"].join(" ") })

const globalsOf = ({ command, globals }: Argv.Parsed) =>
  Options.processCommandLine(GlobalOptions.options, globals, CliConfig.defaultConfig).pipe(
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
        new UsageError({
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

/** The command's work, within its trace; ends with its exit code. */
export const execute = (
  parsed: Argv.Parsed,
  output: Output["Type"],
  report: Telemetry.Task<Problem, never>["report"]
): Effect.Effect<number, Problem> =>
  Effect.gen(function* () {
    const { execute: command } = Tree.at(tree, parsed.command)
    if (command === undefined) return yield* Effect.dieMessage(`${parsed.command.join(" ")} does nothing`)
    const globals = yield* globalsOf(parsed)
    const logging = yield* log(globals, output)
    const execution = Effect.gen(function* () {
      const work = Effect.tapDefect(yield* command(parsed.own), (cause) => Effect.logDebug("a bug of ours", cause))
      return yield* Telemetry.around({ command: parsed.command, work, report })
    })
    return yield* execution.pipe(
      Effect.catchIf(ValidationError.isValidationError, invalid(parsed.command)),
      Effect.provideService(Globals.Globals, globals),
      Effect.provideService(Output, output),
      Effect.provide(logging)
    )
  }).pipe(Effect.provide(platform))
