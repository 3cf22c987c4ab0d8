// Comma-separated values as RFC 4180 has them, with line feeds, so that a spreadsheet reads them back unchanged.

export type Cell = string | number | null

const quote = (cell: Cell): string => {
  const text = cell === null ? "" : String(cell)
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** One line, with its end. */
export const line = (cells: ReadonlyArray<Cell>): string => `${cells.map(quote).join(",")}\n`
