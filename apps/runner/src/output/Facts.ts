// One thing in full: the name of each fact and what it is, below each other.
import type { Surface } from "./Output.ts"
import * as Width from "./Width.ts"
import * as Wrap from "./Wrap.ts"

export type Fact = readonly [name: string, value: string]

/** Columns that a value has at least; where there are fewer, lines are too wide. */
const LEAST = 24

/** A paragraph for each, its name in front of it. */
export const lines = (facts: ReadonlyArray<Fact>, { columns, paint }: Surface): ReadonlyArray<string> => {
  const indent = Math.max(0, ...facts.map(([name]) => Width.of(name))) + 2
  return facts.flatMap(([name, value]) =>
    Wrap.words(value, Math.max(LEAST, columns - indent)).map((line, index) =>
      index === 0 ? paint("bold", name) + " ".repeat(indent - Width.of(name)) + line : " ".repeat(indent) + line
    )
  )
}
