// Tables for people: as wide as the terminal allows, numbers to the right, and no control character of foreign text. The
// layout follows the first rows, so that a long table can be printed as it comes.
import type { Output, Style } from "./Output.ts"

export type Cell = string | number | null

export interface Column {
  readonly title: string
  /** How narrow it may become where the table is too wide; without it it keeps its width. */
  readonly least?: number
  /** Left out where it says nothing: every cell is 0 or null. */
  readonly quiet?: boolean
  /** Left out where there is no room otherwise; the highest first. */
  readonly spare?: number
  readonly style?: (cell: Cell) => Style | undefined
}

export interface Table {
  readonly head: string
  readonly row: (cells: ReadonlyArray<Cell>) => string
}

const GAP = 2

/** Foreign text on one line: a terminal must not obey it. */
export const clean = (text: string): string => text.replace(/[\p{Cc}\p{Cf}]+/gu, " ")

const text = (cell: Cell): string =>
  cell === null ? "–" : typeof cell === "number" ? cell.toLocaleString("en-US") : clean(cell)

const length = (line: string): number => [...line].length

const cut = (line: string, width: number): string =>
  length(line) <= width ? line : `${[...line].slice(0, width - 1).join("")}…`

interface Placed {
  readonly column: Column
  /** Position among the cells of a row. */
  readonly index: number
  readonly numeric: boolean
  width: number
}

const total = (placed: ReadonlyArray<Placed>): number =>
  placed.reduce((sum, { width }) => sum + width, GAP * Math.max(0, placed.length - 1))

const atLeast = ({ column: { least }, width }: Placed): number => Math.min(width, least ?? width)

/** Leaves spare columns out, then takes from the widest that may become narrower, until the table fits. */
const fit = (placed: ReadonlyArray<Placed>, available: number): ReadonlyArray<Placed> => {
  const spare = Math.max(...placed.map(({ column }) => column.spare ?? 0))
  if (spare > 0 && total(placed.map((one) => ({ ...one, width: atLeast(one) }))) > available) {
    return fit(
      placed.filter(({ column }) => column.spare !== spare),
      available
    )
  }
  // No cell is shown wider than the screen.
  const fitted = placed.map((one) => ({ ...one, width: Math.max(atLeast(one), Math.min(one.width, available)) }))
  for (let excess = total(fitted) - available; excess > 0; excess--) {
    const [widest] = fitted.filter((one) => one.width > atLeast(one)).sort((a, b) => b.width - a.width)
    if (widest === undefined) break
    widest.width -= 1
  }
  return fitted
}

/** A table laid out for `sample`; later rows are cut where they are wider. */
export const make = (
  columns: ReadonlyArray<Column>,
  sample: ReadonlyArray<ReadonlyArray<Cell>>,
  { columns: available, paint }: Pick<Output["Type"], "columns" | "paint">
): Table => {
  const placed = columns.flatMap((column, index): ReadonlyArray<Placed> => {
    const cells = sample.map((row) => row[index] ?? null)
    if (column.quiet === true && cells.every((cell) => cell === null || cell === 0)) return []
    const numeric = cells.every((cell) => cell === null || typeof cell === "number")
    const width = cells.reduce<number>((most, cell) => Math.max(most, length(text(cell))), length(column.title))
    return [{ column, index, numeric, width }]
  })
  const shown = fit(placed, available)
  const line = (cell: (placed: Placed) => readonly [string, Style | undefined]) =>
    shown
      .map((one) => {
        const [whole, style] = cell(one)
        const part = cut(whole, one.width)
        const space = " ".repeat(one.width - length(part))
        const painted = style === undefined ? part : paint(style, part)
        return one.numeric ? space + painted : painted + space
      })
      .join(" ".repeat(GAP))
      .trimEnd()
  return {
    head: line(({ column }) => [column.title, "bold"]),
    row: (cells) =>
      line(({ column, index }) => {
        const cell = cells[index] ?? null
        return [text(cell), column.style?.(cell)]
      })
  }
}

/** Head and rows. */
export const lines = (...args: Parameters<typeof make>): ReadonlyArray<string> => {
  const table = make(...args)
  return [table.head, ...args[1].map(table.row)]
}
