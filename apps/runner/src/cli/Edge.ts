// Where a command line becomes work and its end becomes words and an exit code. Nothing else decides how an error looks.
// What only some command lines need is loaded when one needs it: help and mistakes are told at once.
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Logger from "effect/Logger"
import * as Option from "effect/Option"
import type * as Failure from "../output/Failure.ts"
import { make as makeOutput, type Output } from "../output/Output.ts"
import { version } from "../Version.ts"
import * as Argv from "./Argv.ts"
import { everywhere, inlet } from "./Described.ts"
import type { Problem } from "./Environment.ts"
import * as Help from "./Help.ts"
import * as Topics from "./Topics.ts"
import * as Trace from "./Trace.ts"

const failures = Effect.promise(() => import("../output/Failure.ts"))

/** The widest that a help text gets. */
const WIDE = 110

const help = ({ command, topic }: Argv.Parsed, output: Output["Type"]) => {
  if (output.json) return output.item(topic === undefined ? Help.document(command) : Topics.document(topic))
  const style = { paint: output.paint, width: Math.min(output.columns, WIDE) }
  return output.write(topic === undefined ? Help.render(command, style) : Help.topic(topic, style))
}

const dispatch = (
  parsed: Either.Either<Argv.Parsed, Argv.Refusal>,
  output: Output["Type"]
): Effect.Effect<number, Problem> =>
  Either.match(parsed, {
    onLeft: (refusal) => Effect.flatMap(failures, ({ UsageError }) => new UsageError(refusal)),
    onRight: (parsed) => {
      if (parsed.version) return Effect.as(output.json ? output.item({ version }) : output.write(`${version}\n`), 0)
      if (parsed.help || parsed.command.length === 0) return Effect.as(help(parsed, output), 0)
      return Effect.promise(() => import("./Execute.ts")).pipe(
        Effect.flatMap(({ execute }) => execute(parsed, output, (cause) => report(cause, output)))
      )
    }
  })

/** Tells of an end that is none of the good ones. An interruption stays one: who interrupted knows the exit code. */
const report = (cause: Cause.Cause<Problem>, output: Output["Type"]): Effect.Effect<number> =>
  Effect.gen(function* () {
    const { bug, describe, render } = yield* failures
    const reference = yield* Trace.id
    const show = (failure: Failure.Failure) =>
      output.json
        ? Effect.catchTag(output.item({ error: failure }), "OutputClosed", () => Effect.void)
        : output.complain(render(failure, output.aside))
    const error = Cause.failureOption(cause)
    if (Option.isSome(error)) {
      if (error.value._tag === "OutputClosed") return 0
      const { exit, failure } = describe(error.value, { reference })
      yield* show(failure)
      return exit
    }
    if (Cause.isInterruptedOnly(cause)) return yield* Effect.interrupt
    yield* show(bug(Cause.squash(cause), reference))
    return 1
  })

/** The whole of `inlet`: from the words behind its name to the exit code. */
export const main = (argv: ReadonlyArray<string>): Effect.Effect<number> =>
  Effect.gen(function* () {
    const output = yield* makeOutput({ json: Argv.has(argv, "--json"), quiet: Argv.has(argv, "--quiet") })
    if (argv[0] === "complete") {
      const { complete } = yield* Effect.promise(() => import("./Complete.ts"))
      return yield* complete(argv.slice(argv[1] === "--" ? 2 : 1), output)
    }
    const parsed = Argv.parse(argv, inlet, everywhere)
    const { command } = Either.getOrElse(parsed, () => ({ command: [] }))
    return yield* dispatch(parsed, output).pipe(
      Effect.catchAllCause((cause) => report(cause, output)),
      Effect.withSpan(["inlet", ...command].join(" ")),
      // Effect's own log would go to standard output.
      Effect.provide(Logger.remove(Logger.defaultLogger))
    )
  })
