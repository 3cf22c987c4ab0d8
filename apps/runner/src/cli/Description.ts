// What a command is, as plain data: what parsing, help, suggestions and completion go by.

export interface Argument {
  readonly name: string
  readonly meaning: string
  readonly required: boolean
  readonly repeated: boolean
}

export interface Option {
  /** With their dashes. */
  readonly names: ReadonlyArray<string>
  /** What stands for its value in help; null for a flag, which takes none. */
  readonly value: string | null
  readonly meaning: string
  readonly required: boolean
  readonly repeated: boolean
}

export interface Description {
  readonly name: string
  /** One line, without a full stop. */
  readonly summary: string
  /** What else there is to know, in sentences. */
  readonly details: ReadonlyArray<string>
  readonly examples: ReadonlyArray<string>
  readonly arguments: ReadonlyArray<Argument>
  /** Its own; those of every command are told once. */
  readonly options: ReadonlyArray<Option>
  /** The commands below it, in groups as help shows them. A command with others below it does nothing by itself. */
  readonly groups: ReadonlyArray<Group>
}

export interface Group {
  readonly title: string
  readonly commands: ReadonlyArray<Description>
}

export const children = ({ groups }: Description): ReadonlyArray<Description> =>
  groups.flatMap(({ commands }) => commands)

export const child = (above: Description, name: string): Description | undefined =>
  children(above).find((one) => one.name === name)

/** The command of these names; the nearest there is. */
export const at = (root: Description, path: ReadonlyArray<string>): Description =>
  path.reduce((above, name) => child(above, name) ?? above, root)

export interface Leaf {
  /** Its names below where one looked from. */
  readonly path: ReadonlyArray<string>
  readonly command: Description
}

/** The commands that do something. */
export const leaves = (command: Description, path: ReadonlyArray<string> = []): ReadonlyArray<Leaf> =>
  command.groups.length === 0
    ? [{ path, command }]
    : children(command).flatMap((one) => leaves(one, [...path, one.name]))

/** The values that an option takes, where it takes only some. */
export const choices = ({ value }: Pick<Option, "value">): ReadonlyArray<string> =>
  value?.includes("|") === true ? value.split("|") : []
