// The commands as a tree. @effect/cli does not show the commands below a subcommand.
import * as CommandDescriptor from "@effect/cli/CommandDescriptor"

export interface Tree {
  readonly name: string
  readonly command: CommandDescriptor.Command<unknown>
  readonly children: ReadonlyArray<Tree>
}

export const make = (
  { descriptor }: { readonly descriptor: CommandDescriptor.Command<unknown> },
  ...children: ReadonlyArray<Tree>
): Tree => {
  const [name = ""] = CommandDescriptor.getNames(descriptor)
  return { name, command: descriptor, children }
}

export const child = (tree: Tree, name: string): Tree | undefined => tree.children.find((one) => one.name === name)

/** The commands that do something, with their names below `tree`. */
export const leaves = (
  tree: Tree,
  path: ReadonlyArray<string> = []
): ReadonlyArray<{ readonly path: ReadonlyArray<string>; readonly tree: Tree }> =>
  tree.children.length === 0 ? [{ path, tree }] : tree.children.flatMap((one) => leaves(one, [...path, one.name]))
