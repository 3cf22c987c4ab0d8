// The rows of a dataset that a dry run found: a table for people with as many columns as there is room for, JSON for programs.
import { Contract, type Row } from "@inlet/core"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import { Output } from "../output/Output.ts"
import * as Table from "../output/Table.ts"

/** Columns that are shown however little room there is. */
const FIRST = 3
/** How narrow one may become. */
const LEAST = 14

const columnsOf = ({ columns }: Contract.Contract): ReadonlyArray<Table.Column> =>
  columns.map(({ name }, index) => ({ title: name, least: LEAST, ...(index >= FIRST && { spare: index }) }))

/** As the source has them: without grouped digits. */
const cellsOf = ({ columns }: Contract.Contract, row: Row.Row): ReadonlyArray<Table.Cell> =>
  columns.map(({ name }) => (row[name] === undefined ? null : String(row[name])))

const json = (source: string, contract: Contract.Contract) => (mapped: Row.Mapped) => ({
  source,
  stream: contract.stream,
  dataset: Contract.title(source, contract),
  row: mapped._tag === "Row" ? mapped.row : null,
  rejection: mapped._tag === "Rejected" ? { ...mapped.rejection, key: mapped.key } : null
})

/** Prints what comes, a chunk at a time; the head of the table with the first row. */
export const printer = (source: string, contract: Contract.Contract) => {
  let table: Table.Table | undefined
  const people = Effect.fnUntraced(function* (mapped: ReadonlyArray<Row.Mapped>) {
    const output = yield* Output
    const rows = mapped.flatMap((one) => (one._tag === "Row" ? [cellsOf(contract, one.row)] : []))
    if (rows.length > 0) {
      const head = table === undefined
      table ??= Table.make(columnsOf(contract), rows, output)
      const lines = [...(head ? [table.head] : []), ...rows.map(table.row)]
      yield* output.write(lines.map((line) => `${line}\n`).join(""))
    }
    for (const one of mapped) {
      if (one._tag === "Row") continue
      const { code, path } = one.rejection
      yield* output.say(`would go into quarantine: ${code} at ${path}, key ${Table.clean(one.key ?? "unknown")}`)
    }
  })
  return {
    show: (chunk: Chunk.Chunk<Row.Mapped>) =>
      Effect.gen(function* () {
        const output = yield* Output
        const mapped = Chunk.toReadonlyArray(chunk)
        if (!output.json) return yield* people(mapped)
        yield* output.write(mapped.map((one) => `${JSON.stringify(json(source, contract)(one))}\n`).join(""))
      }),
    /** Columns that there was no room for. */
    unshown: () => (table === undefined ? 0 : contract.columns.length - table.columns)
  }
}
