// What commands are declared with. What carries a command out is loaded only when it is wanted, so that `inlet --help`
// stays cheap.
import * as Args from "@effect/cli/Args"
import * as CliConfig from "@effect/cli/CliConfig"
import * as Command from "@effect/cli/Command"
import * as CommandDescriptor from "@effect/cli/CommandDescriptor"
import * as HelpDoc from "@effect/cli/HelpDoc"
import * as Options from "@effect/cli/Options"
import * as ValidationError from "@effect/cli/ValidationError"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Types from "effect/Types"
import type { Environment, Problem } from "./Environment.ts"
import { didYouMean } from "./Suggest.ts"
import type * as Tree from "./Tree.ts"

/** What a command's module exports as `run`: the command's work, ending with its exit code. */
export type Run<A> = (options: A) => Effect.Effect<number, Problem, Environment>

interface About {
  /** One line, without a full stop. */
  readonly summary: string
  /** Command lines as one would type them. */
  readonly examples: readonly [string, ...ReadonlyArray<string>]
}

/** A command that does something: what it takes, and the module that carries it out. */
export const command = <const Config extends Command.Command.Config>(
  name: string,
  about: About & {
    readonly takes: Config
    readonly load: () => Promise<{ readonly run: Run<Types.Simplify<Command.Command.ParseConfig<Config>>> }>
  }
): Tree.Tree => {
  const { descriptor } = Command.make(name, about.takes)
  return {
    name,
    summary: about.summary,
    examples: about.examples,
    command: descriptor,
    groups: [],
    // Not by Command.run: that has options of its own, prints errors itself, and in colour.
    execute: Effect.fnUntraced(function* (words) {
      const directive = yield* CommandDescriptor.parse(descriptor, [name, ...words], CliConfig.defaultConfig)
      // The command line was checked before: neither an option of @effect/cli itself is left, nor a word too many.
      if (directive._tag === "BuiltIn" || directive.leftover.length > 0) {
        return yield* Effect.dieMessage(`@effect/cli reads it otherwise: ${words.join(" ")}`)
      }
      return Effect.flatMap(Effect.promise(about.load), ({ run }) => run(directive.value))
    })
  }
}

/** A command that the command line carries out itself. */
export const told = (name: string, { examples, summary, takes }: About & { readonly takes: Command.Command.Config }) =>
  ({ name, summary, examples, command: Command.make(name, takes).descriptor, groups: [] }) satisfies Tree.Tree

/** A command that has others below it. */
export const parent = (name: string, about: About, ...groups: ReadonlyArray<Tree.Group>): Tree.Tree => ({
  name,
  summary: about.summary,
  examples: about.examples,
  command: Command.make(name).descriptor,
  groups
})

/** The same, where the commands below it need no groups. */
export const family = (
  name: string,
  { commands, ...about }: About & { readonly commands: ReadonlyArray<Tree.Tree> }
): Tree.Tree => parent(name, about, { title: "Commands", commands })

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

/** The choice that is written, or a sentence of what may be. */
const chosen = <const C extends ReadonlyArray<string>>(what: string, choices: C, written: string) => {
  const found = choices.find((choice): choice is C[number] => choice === written)
  const said = `${what} takes one of ${choices.join(", ")}; "${written}" is none.${didYouMean(written, choices)}`
  return found === undefined ? Effect.fail(HelpDoc.p(said)) : Effect.succeed(found)
}

export const oneOf = <const C extends ReadonlyArray<string>>(name: string, choices: C, meaning: string) =>
  text(name, choices.join("|"), meaning).pipe(
    Options.mapEffect((written) => Effect.mapError(chosen(`--${name}`, choices, written), ValidationError.invalidValue))
  )

/** The argument of `command` that is one of these words. */
export const choiceOf = <const C extends ReadonlyArray<string>>(command: string, choices: C, meaning: string) =>
  Args.text({ name: choices.join("|") }).pipe(
    Args.withDescription(meaning),
    Args.mapEffect((written) => chosen(`inlet ${command}`, choices, written))
  )
