// The commands as a tree: what parsing, help, suggestions and completion go by.
import type * as CommandDescriptor from "@effect/cli/CommandDescriptor"
import type * as ValidationError from "@effect/cli/ValidationError"
import type * as Effect from "effect/Effect"
import type { Environment, Problem } from "./Environment.ts"

/** Carries a command out with its own words: options, `--`, positional arguments. Ends with its exit code. */
export type Execute = (
  words: ReadonlyArray<string>
) => Effect.Effect<number, Problem | ValidationError.ValidationError, Environment>

export interface Tree {
  readonly name: string
  /** One line, without a full stop. */
  readonly summary: string
  readonly examples: ReadonlyArray<string>
  /** Its options and arguments. */
  readonly command: CommandDescriptor.Command<unknown>
  /** What it does; a command with commands below it does nothing by itself. */
  readonly execute?: Execute
  /** The commands below it, in groups as help shows them. */
  readonly groups: ReadonlyArray<Group>
}

export interface Group {
  readonly title: string
  readonly commands: ReadonlyArray<Tree>
}

export const children = ({ groups }: Tree): ReadonlyArray<Tree> => groups.flatMap(({ commands }) => commands)

export const child = (tree: Tree, name: string): Tree | undefined => children(tree).find((one) => one.name === name)

/** The command of these names; the nearest there is. */
export const at = (tree: Tree, path: ReadonlyArray<string>): Tree =>
  path.reduce((above, name) => child(above, name) ?? above, tree)

/** The commands that do something, with their names below `tree`. */
export const leaves = (
  tree: Tree,
  path: ReadonlyArray<string> = []
): ReadonlyArray<{ readonly path: ReadonlyArray<string>; readonly tree: Tree }> =>
  tree.groups.length === 0 ? [{ path, tree }] : children(tree).flatMap((one) => leaves(one, [...path, one.name]))
