// An output whose live part and standard error are looked at as time passes.
import * as Effect from "effect/Effect"
import { Output } from "../../src/output/Output.ts"
import type * as Screen from "../../src/output/Screen.ts"

const plain = { columns: Number.POSITIVE_INFINITY, paint: (_: unknown, text: string) => text }

export interface Options {
  /** Whether there is a terminal. */
  readonly live?: boolean
  readonly json?: boolean
  readonly quiet?: boolean
}

export const watched = ({ live = false, json = false, quiet = false }: Options) => {
  const said: Array<string> = []
  let layout: Screen.Layout = () => []
  const unused = () => Effect.die("not expected here")
  const output = Output.of({
    ...plain,
    json,
    quiet,
    aside: plain,
    onTerminal: live,
    live: live
      ? {
          draw: (next) =>
            Effect.sync(() => {
              layout = next
            }),
          clear: Effect.sync(() => {
            layout = () => []
          }),
          paint: plain.paint
        }
      : undefined,
    line: (text) => said.push(text),
    write: unused,
    say: unused,
    item: unused,
    complain: unused,
    warn: unused,
    note: unused
  })
  return {
    output,
    /** What the terminal shows now. */
    screen: (columns = 200, rows = 20): ReadonlyArray<string> => layout({ columns, rows }),
    /** What was said on standard error. */
    said
  }
}

export type Watched = ReturnType<typeof watched>
