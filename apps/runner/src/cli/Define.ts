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
import type * as Types from "effect/Types"
import * as Choice from "./Choice.ts"
import type { Environment, Problem } from "./Environment.ts"
import type * as Tree from "./Tree.ts"

/** What a command's module exports as `run`: the command's work, ending with its exit code. */
export type Run<A> = (options: A) => Effect.Effect<number, Problem, Environment>

interface About {
  /** What it does, in some sixty letters, without a full stop. */
  readonly summary: string
  /** What else there is to know, in sentences. */
  readonly details?: ReadonlyArray<string>
  /** Command lines as one would type them. */
  readonly examples: readonly [string, ...ReadonlyArray<string>]
}

const told = ({ details = [], examples, summary }: About) => ({ summary, details, examples })

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
    ...told(about),
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
export const builtIn = (
  name: string,
  { takes, ...about }: About & { readonly takes: Command.Command.Config }
): Tree.Tree => ({ name, ...told(about), command: Command.make(name, takes).descriptor, groups: [] })

/** A command that has others below it. */
export const parent = (name: string, about: About, ...groups: ReadonlyArray<Tree.Group>): Tree.Tree => ({
  name,
  ...told(about),
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

export const whole = (name: string, least: number, meaning: string, most = Number.MAX_SAFE_INTEGER) =>
  text(name, "N", meaning).pipe(
    Options.mapEffect((written) => {
      const number = /^\d+$/.test(written) ? Number(written) : Number.NaN
      if (number >= least && number <= most) return Effect.succeed(number)
      const range = most === Number.MAX_SAFE_INTEGER ? `from ${least} on` : `from ${least} to ${most}`
      const said = `--${name} takes a whole number ${range}; "${written}" is none.`
      return Effect.fail(ValidationError.invalidValue(HelpDoc.p(said)))
    }),
    Options.optional
  )

export const port = (meaning: string) => whole("port", 0, meaning, 65_535)

export const oneOf = <const C extends ReadonlyArray<string>>(name: string, choices: C, meaning: string) =>
  Choice.option(name, choices, Choice.among(choices)).pipe(Options.withDescription(meaning))

/** The argument of `command` that is one of these words. */
export const choiceOf = <const C extends ReadonlyArray<string>>(command: string, choices: C, meaning: string) =>
  Args.text({ name: choices.join("|") }).pipe(
    Args.withDescription(meaning),
    Args.mapEffect(Choice.choose(`inlet ${command}`, choices, Choice.among(choices)))
  )
