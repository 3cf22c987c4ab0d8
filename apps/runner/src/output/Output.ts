// What a command writes and where: its result to standard output, everything else to standard error. A reader that goes
// away (`inlet sends | head -1`) is no error.
import type { WriteStream } from "node:tty"
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"

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

/** A part of the screen that is drawn again and again below everything else on standard error. */
export interface Live {
  readonly draw: (lines: ReadonlyArray<string>) => Effect.Effect<void>
}

export class Output extends Context.Tag("@inlet/runner/Output")<
  Output,
  {
    readonly json: boolean
    readonly quiet: boolean
    /** Columns that a line of the result may fill; Infinity where nobody said. */
    readonly columns: number
    /** Colours for the result; leaves the text as it is where there are none. */
    readonly paint: Paint
    /** Writes to standard output as it is. */
    readonly write: (text: string) => Effect.Effect<void, OutputClosed>
    /** A line of the result for people; nothing with --json. */
    readonly say: (line: string) => Effect.Effect<void, OutputClosed>
    /** A line of JSON. */
    readonly item: (value: unknown) => Effect.Effect<void, OutputClosed>
    /** Whether standard error is read by somebody at a terminal. */
    readonly onTerminal: boolean
    /** A line on standard error, above the live part, at once. */
    readonly line: (text: string) => void
    /** The same as an effect. */
    readonly complain: (text: string) => Effect.Effect<void>
    /** A line on standard error about how it goes; nothing with --quiet or --json. */
    readonly note: (line: string) => Effect.Effect<void>
    /** The live part, on a terminal only. */
    readonly live: Live | undefined
  }
>() {}

export interface Options {
  readonly json: boolean
  readonly quiet: boolean
  readonly noColor: boolean
  /** Width for a result that goes to no terminal (COLUMNS). */
  readonly columns: number | undefined
}

const write = (stream: WriteStream, text: string): Effect.Effect<void, OutputClosed> =>
  Effect.async((resume) => {
    stream.write(text, (error) => resume(error ? new OutputClosed() : Effect.void))
  })

/** The process's own streams. */
export const make = ({ columns, json, noColor, quiet }: Options): Output["Type"] => {
  const { stderr, stdout } = process
  // Errors come back through the callback of each write; without a listener they would end the process.
  for (const stream of [stdout, stderr]) if (stream.listenerCount("error") === 0) stream.on("error", () => {})
  let drawn: ReadonlyArray<string> = []

  // From the first column on: a Ctrl-C has left its own mark in the line.
  const erase = () => (drawn.length === 0 ? "" : `\r\u001b[${drawn.length}A\u001b[J`)
  const block = (lines: ReadonlyArray<string>) => lines.map((line) => `${line}\n`).join("")
  const line = (text: string) => {
    stderr.write(`${erase()}${text}\n${block(drawn)}`)
  }
  const complain = (text: string) => Effect.sync(() => line(text))
  const draw = (lines: ReadonlyArray<string>) =>
    Effect.sync(() => {
      const before = erase()
      const next = lines.map((text) => text.slice(0, (stderr.columns || 80) - 1))
      if (block(next) === block(drawn)) return
      drawn = next
      stderr.write(before + block(drawn))
    })

  return {
    json,
    quiet,
    columns: stdout.isTTY ? stdout.columns || 80 : (columns ?? Number.POSITIVE_INFINITY),
    paint: stdout.isTTY && !noColor && !json ? ansi : plain,
    write: (text) => write(stdout, text),
    say: (line) => (json ? Effect.void : write(stdout, `${line}\n`)),
    item: (value) => write(stdout, `${JSON.stringify(value)}\n`),
    onTerminal: stderr.isTTY === true,
    line,
    complain,
    note: (text) => (json || quiet ? Effect.void : complain(text)),
    live: stderr.isTTY && !json && !quiet ? { draw } : undefined
  }
}
