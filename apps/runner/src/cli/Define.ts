// What commands are declared with. What carries a command out is loaded only when it is wanted, so that `inlet --help`
// stays cheap.
import * as Command from "@effect/cli/Command"
import * as HelpDoc from "@effect/cli/HelpDoc"
import * as Options from "@effect/cli/Options"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Environment, Problem } from "./Environment.ts"

/** Told of the exit code that a command ends with. */
export class ExitCode extends Context.Tag("@inlet/runner/ExitCode")<ExitCode, (code: number) => void>() {}

/** What a command's module exports as `run`: the command's work, ending with its exit code. */
export type Run<A> = (options: A) => Effect.Effect<number, Problem, Environment>

export const lazy =
  <A>(load: () => Promise<{ readonly run: Run<A> }>) =>
  (options: A) =>
    Effect.gen(function* () {
      const { run } = yield* Effect.promise(load)
      const exit = yield* ExitCode
      exit(yield* run(options))
    })

export const about = (summary: string, ...examples: ReadonlyArray<string>) =>
  Command.withDescription(HelpDoc.blocks([HelpDoc.p(summary), ...examples.map((example) => HelpDoc.p(example))]))

export const flag = (name: string, meaning: string) => Options.boolean(name).pipe(Options.withDescription(meaning))

export const text = (name: string, value: string, meaning: string) =>
  Options.text(name).pipe(Options.withPseudoName(value), Options.withDescription(meaning))

export const whole = (name: string, least: number, meaning: string) =>
  text(name, "N", meaning).pipe(
    Options.filterMap(
      (written) => Option.liftPredicate(Number(written), (n) => Number.isSafeInteger(n) && n >= least),
      `--${name} takes a whole number from ${least} on`
    ),
    Options.optional
  )

export const oneOf = <const C extends ReadonlyArray<string>>(name: string, choices: C, meaning: string) =>
  text(name, choices.join("|"), meaning).pipe(
    Options.filterMap(
      (written) => Option.fromNullable(choices.find((choice): choice is C[number] => choice === written)),
      `--${name} takes one of ${choices.join(", ")}`
    )
  )
