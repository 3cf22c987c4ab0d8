// Tables for people: as wide as the terminal allows, numbers to the right, and no control character of foreign text. The
// layout follows the first rows, so that a long table can be printed as it comes.
import type { Style, Surface } from "./Output.ts"
import * as Width from "./Width.ts"

export type Cell = string | number | null

export interface Column {
  readonly title: string
  /** Text that can be cut where the table is too wide: how narrow it may become. Of others nothing is cut: they are copied. */
  readonly least?: number
  /** A name, which is cut where nothing else makes the table fit. */
  readonly name?: boolean
  /** Numbers that name something: their digits are not grouped. */
  readonly id?: boolean
  /** Left out where it says nothing: every cell is 0 or null. */
  readonly quiet?: boolean
  /** Left out where there is no room otherwise; the highest first. */
  readonly spare?: number
  readonly style?: (cell: Cell) => Style | undefined
}

export interface Table {
  /** How many columns there is room for. */
  readonly columns: number
  readonly head: string
  readonly row: (cells: ReadonlyArray<Cell>) => string
}

const GAP = 2

/** Foreign text on one line: a terminal must not obey it. */
export const clean = (text: string): string => text.replace(/[\p{Cc}\p{Cf}]+/gu, " ")

/** By thousands; without a locale's rules, whose loading alone takes some 25 ms. */
const grouped = (number: number): string => String(number).replace(/(?<=^-?\d+)(?=(\d{3})+(\.|$))/g, ",")

const text = (cell: Cell, { id = false }: Column): string => {
  if (cell === null) return "–"
  if (typeof cell === "string") return clean(cell)
  return id ? String(cell) : grouped(cell)
}

interface Placed {
  readonly column: Column
  /** Position among the cells of a row. */
  readonly index: number
  readonly numeric: boolean
  width: number
}

const total = (placed: ReadonlyArray<Placed>): number =>
  placed.reduce((sum, { width }) => sum + width, GAP * Math.max(0, placed.length - 1))

/** How narrow a name may become. */
const NAME = 12

const atLeast = ({ column: { least }, width }: Placed): number => Math.min(width, least ?? width)
const inNeed = ({ column: { least, name }, width }: Placed): number =>
  Math.min(width, least ?? (name === true ? NAME : width))

/** Takes from the widest that are wider than they have to be, as long as the table does not fit. */
const narrow = (placed: ReadonlyArray<Placed>, available: number, enough: (placed: Placed) => number) => {
  const narrowed = placed.map((one) => ({ ...one }))
  for (let excess = total(narrowed) - available; excess > 0; excess--) {
    const [widest] = narrowed.filter((one) => one.width > enough(one)).sort((a, b) => b.width - a.width)
    if (widest === undefined) break
    widest.width -= 1
  }
  return narrowed
}

/** Leaves spare columns out, then cuts texts, then names, until the table fits. */
const fit = (placed: ReadonlyArray<Placed>, available: number): ReadonlyArray<Placed> => {
  const spare = Math.max(...placed.map(({ column }) => column.spare ?? 0))
  if (spare > 0 && total(placed.map((one) => ({ ...one, width: atLeast(one) }))) > available) {
    return fit(
      placed.filter(({ column }) => column.spare !== spare),
      available
    )
  }
  // Nothing that can be cut is wider than the screen to begin with.
  const bounded = placed.map((one) => ({ ...one, width: Math.max(atLeast(one), Math.min(one.width, available)) }))
  return narrow(narrow(bounded, available, atLeast), available, inNeed)
}

/** A table laid out for `sample`. What is wider in later rows is cut where it may be, and takes its room where not. */
export const make = (
  columns: ReadonlyArray<Column>,
  sample: ReadonlyArray<ReadonlyArray<Cell>>,
  { columns: available, paint }: Surface
): Table => {
  const placed = columns.flatMap((column, index): ReadonlyArray<Placed> => {
    const cells = sample.map((row) => row[index] ?? null)
    if (column.quiet === true && cells.every((cell) => cell === null || cell === 0)) return []
    const numeric = cells.every((cell) => cell === null || typeof cell === "number")
    const width = cells.reduce<number>(
      (most, cell) => Math.max(most, Width.of(text(cell, column))),
      Width.of(column.title)
    )
    return [{ column, index, numeric, width }]
  })
  const shown = fit(placed, available)
  const line = (cell: (placed: Placed) => readonly [string, Style | undefined]) => {
    const parts: Array<string> = []
    let left = available
    for (const one of shown) {
      if (left < 1) break
      const { least, name } = one.column
      const [whole, style] = cell(one)
      const part = Width.cut(whole, least === undefined && name === undefined ? left : Math.min(left, one.width))
      const space = " ".repeat(Math.max(0, Math.min(one.width, left) - Width.of(part)))
      const painted = style === undefined || part === "" ? part : paint(style, part)
      parts.push(one.numeric ? space + painted : painted + space)
      left -= Width.of(part) + space.length + GAP
    }
    return parts.join(" ".repeat(GAP)).trimEnd()
  }
  return {
    columns: shown.length,
    head: line(({ column }) => [column.title, "bold"]),
    row: (cells) =>
      line(({ column, index }) => {
        const cell = cells[index] ?? null
        return [text(cell, column), column.style?.(cell)]
      })
  }
}

/** Head and rows. */
export const lines = (...args: Parameters<typeof make>): ReadonlyArray<string> => {
  const table = make(...args)
  return [table.head, ...args[1].map(table.row)]
}
