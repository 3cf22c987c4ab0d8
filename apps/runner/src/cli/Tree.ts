// The commands as they are defined: what each takes, and how it is carried out.
import type * as CommandDescriptor from "@effect/cli/CommandDescriptor"
import type * as ValidationError from "@effect/cli/ValidationError"
import type * as Effect from "effect/Effect"
import type { Environment, Problem } from "./Environment.ts"

/** What a command does; ends with its exit code. */
export type Work = Effect.Effect<number, Problem, Environment>

/** Reads a command's own words: options, `--`, positional arguments. Ends with what is to be done then. */
export type Execute = (
  words: ReadonlyArray<string>
) => Effect.Effect<Work, ValidationError.ValidationError, Environment>

export interface Tree {
  readonly name: string
  /** One line, without a full stop. */
  readonly summary: string
  /** What else there is to know, in sentences. */
  readonly details: ReadonlyArray<string>
  readonly examples: ReadonlyArray<string>
  /** Its options and arguments. */
  readonly command: CommandDescriptor.Command<unknown>
  /** Absent where it only has others below it. */
  readonly execute?: Execute
  /** The commands below it, in groups as help shows them. */
  readonly groups: ReadonlyArray<Group>
}

export interface Group {
  readonly title: string
  readonly commands: ReadonlyArray<Tree>
}

/** The command of these names, which the command line was checked for; `inlet` for none. */
export const at = (tree: Tree, path: ReadonlyArray<string>): Tree =>
  path.reduce(
    (above, name) => above.groups.flatMap(({ commands }) => commands).find((one) => one.name === name) ?? above,
    tree
  )
