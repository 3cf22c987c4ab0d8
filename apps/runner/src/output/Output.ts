// What a command writes and where: its result to standard output, everything else to standard error. A reader that goes
// away (`inlet sends | head -1`) is no error.
import type { WriteStream } from "node:tty"
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Setting from "../configuration/Setting.ts"
import * as Screen from "./Screen.ts"
import * as Wrap from "./Wrap.ts"

/** Whoever read standard output has gone. No Schema: what every command line loads is kept small. */
export class OutputClosed extends Data.TaggedError("OutputClosed") {}

export type Style = "bold" | "red" | "green" | "yellow"

const CODES: Readonly<Record<Style, readonly [number, number]>> = {
  bold: [1, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39]
}

export type Paint = (style: Style, text: string) => string

const plain: Paint = (_, text) => text
const ansi: Paint = (style, text) => `\u001b[${CODES[style][0]}m${text}\u001b[${CODES[style][1]}m`

/** What a text is made up for. */
export interface Surface {
  /** Columns that a line may fill; Infinity where nobody said. */
  readonly columns: number
  /** Leaves the text as it is where there are no colours. */
  readonly paint: Paint
}

/** A part of the screen that is drawn again and again below everything else. */
export interface Live {
  readonly draw: (layout: Screen.Layout) => Effect.Effect<void>
  readonly clear: Effect.Effect<void>
  readonly paint: Paint
}

export class Output extends Context.Tag("@inlet/runner/Output")<
  Output,
  Surface & {
    readonly json: boolean
    readonly quiet: boolean
    /** Of standard error; the others are those of standard output. */
    readonly aside: Surface
    /** Writes to standard output as it is. */
    readonly write: (text: string) => Effect.Effect<void, OutputClosed>
    /** Lines of the result for people, as wide as there is room; nothing with --json. */
    readonly say: (text: string) => Effect.Effect<void, OutputClosed>
    /** A line of JSON. */
    readonly item: (value: unknown) => Effect.Effect<void, OutputClosed>
    /** Whether standard error is read by somebody at a terminal. */
    readonly onTerminal: boolean
    /** A line on standard error as it is, above the live part, at once. */
    readonly line: (text: string) => void
    /** Lines on standard error, as wide as there is room. */
    readonly complain: (text: string) => Effect.Effect<void>
    /** Something that whoever runs it should know and that ends nothing. */
    readonly warn: (sentence: string) => Effect.Effect<void>
    /** Lines on standard error about how it goes; nothing with --quiet or --json. */
    readonly note: (text: string) => Effect.Effect<void>
    /** The live part, on a terminal only. */
    readonly live: Live | undefined
  }
>() {}

export interface Options {
  readonly json: boolean
  readonly quiet: boolean
}

/** The process's own streams, as its environment wants them used. */
export const make = Effect.fnUntraced(function* ({ json, quiet }: Options) {
  const { stderr, stdout } = process
  // Errors come back through the callback of each write; without a listener they would end the process.
  for (const stream of [stdout, stderr]) if (stream.listenerCount("error") === 0) stream.on("error", () => {})
  const dumb = (yield* Setting.variable("TERM")) === "dumb"
  const colourless = json || dumb || (yield* Setting.variable("NO_COLOR")) !== undefined
  const forced = !["0", undefined].includes(yield* Setting.variable("FORCE_COLOR"))
  const told = Number(yield* Setting.variable("COLUMNS"))

  const surface = (stream: WriteStream, otherwise: number): Surface => ({
    columns: stream.isTTY ? stream.columns || 80 : otherwise,
    paint: (stream.isTTY || forced) && !colourless ? ansi : plain
  })
  const result = surface(stdout, told > 0 ? told : Number.POSITIVE_INFINITY)
  const aside = surface(stderr, Number.POSITIVE_INFINITY)

  const screen = Screen.make(stderr)
  const write = (text: string): Effect.Effect<void, OutputClosed> =>
    Effect.async((resume) => {
      const put = () => stdout.write(text, (error) => resume(error ? new OutputClosed() : Effect.void))
      if (stdout.isTTY) screen.above(put)
      else put()
    })
  const line = (text: string) => screen.above(() => stderr.write(`${text}\n`))
  const complain = (text: string) => Effect.sync(() => line(Wrap.text(text, aside.columns)))
  const draw = (layout: Screen.Layout) => Effect.sync(() => screen.draw(layout))

  return Output.of({
    ...result,
    json,
    quiet,
    aside,
    write,
    say: (text) => (json ? Effect.void : write(`${Wrap.text(text, result.columns)}\n`)),
    item: (value) => write(`${JSON.stringify(value)}\n`),
    onTerminal: stderr.isTTY === true,
    line,
    complain,
    warn: (sentence) => complain(`${aside.paint("yellow", "warning:")} ${sentence}`),
    note: (text) => (json || quiet ? Effect.void : complain(text)),
    live:
      stderr.isTTY && !dumb && !json && !quiet
        ? { draw, clear: Effect.sync(screen.clear), paint: aside.paint }
        : undefined
  })
})
