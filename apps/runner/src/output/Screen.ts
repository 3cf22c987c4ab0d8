// The lines at the lower end of a terminal that are drawn again and again: never more than fit, whatever size the terminal
// takes, and gone without a trace when the command ends, however it ends.
import type { WriteStream } from "node:tty"
import * as Width from "./Width.ts"

export interface Size {
  /** Columns that a line may fill. */
  readonly columns: number
  /** Lines that may be drawn. */
  readonly rows: number
}

/** The lines to draw, for the room that there is. */
export type Layout = (size: Size) => ReadonlyArray<string>

export interface Screen {
  /** Draws these lines in the place of those that are there. */
  readonly draw: (layout: Layout) => void
  /** Erases them. */
  readonly clear: () => void
  /** Does what writes whole lines to the terminal, so that they stand above. */
  readonly above: (write: () => void) => void
}

/** To the first column, and up: a Ctrl-C has left its own mark in the line. */
const back = (rows: number) => (rows === 0 ? "" : `\r\u001b[${rows}A`)
/** Line by line: some terminals keep what was on a screen that is erased as a whole. */
const blank = (rows: number) => "\u001b[K\n".repeat(rows) + back(rows)

export const make = (terminal: WriteStream): Screen => {
  let layout: Layout | undefined
  let drawn: ReadonlyArray<string> = []

  const columns = () => terminal.columns || 80
  /** A line fills no last column: some terminals go to the next line there. */
  const size = (): Size => ({ columns: columns() - 1, rows: Math.max(1, (terminal.rows || 24) - 1) })
  /** Rows that they take now: terminals break lines that were drawn when they were wider. */
  const taken = () => drawn.reduce((sum, line) => sum + Math.max(1, Math.ceil(Width.of(line) / columns())), 0)

  const redraw = (force = false) => {
    const { columns, rows } = size()
    const lines = layout === undefined ? [] : layout({ columns, rows }).slice(0, rows)
    if (!force && lines.length === drawn.length && lines.every((line, index) => line === drawn[index])) return
    const before = taken()
    drawn = lines
    const text = back(before) + lines.map((line) => `${line}\u001b[K\n`).join("") + blank(Math.max(0, before - taken()))
    if (text !== "") terminal.write(text)
  }

  /** Whoever stopped the process wrote below. */
  const continued = () => {
    drawn = []
    redraw(true)
  }

  const clear = () => {
    if (layout === undefined) return
    layout = undefined
    redraw()
    process.off("exit", clear)
    process.off("SIGCONT", continued)
  }

  const draw = (next: Layout) => {
    if (layout === undefined) {
      process.on("exit", clear)
      process.on("SIGCONT", continued)
    }
    layout = next
    redraw()
  }

  const above = (write: () => void) => {
    if (drawn.length === 0) return write()
    const before = taken()
    terminal.write(back(before) + blank(before))
    drawn = []
    write()
    redraw(true)
  }

  return { draw, clear, above }
}
