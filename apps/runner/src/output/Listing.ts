// Prints a sequence as it comes: a table for people, a line of JSON each for programs.
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { Output } from "./Output.ts"
import * as Table from "./Table.ts"

export interface Listing<A> {
  readonly columns: ReadonlyArray<Table.Column>
  readonly cells: (item: A) => ReadonlyArray<Table.Cell>
  /** The public form of an item. */
  readonly json: (item: A) => unknown
}

/** Prints a chunk at a time; ends with how many items there were. The head comes with the first of them. */
export const printer = <A>({ cells, columns, json }: Listing<A>, asJson: boolean) => {
  let table: Table.Table | undefined
  return (chunk: Chunk.Chunk<A>) =>
    Effect.gen(function* () {
      const output = yield* Output
      const items = Chunk.toReadonlyArray(chunk)
      if (asJson) return yield* output.write(items.map((item) => `${JSON.stringify(json(item))}\n`).join(""))
      const rows = items.map(cells)
      const head = table === undefined
      table ??= Table.make(columns, rows, output)
      const lines = [...(head ? [table.head] : []), ...rows.map(table.row)]
      yield* output.write(lines.map((line) => `${line}\n`).join(""))
    })
}

export const print = <A, E, R>(
  items: Stream.Stream<A, E, R>,
  listing: Listing<A>,
  options: { readonly json: boolean; readonly none: string }
) =>
  Effect.gen(function* () {
    const output = yield* Output
    const show = printer(listing, options.json)
    let count = 0
    yield* Stream.runForEachChunk(items, (chunk) => {
      count += Chunk.size(chunk)
      return Chunk.isEmpty(chunk) ? Effect.void : show(chunk)
    })
    if (count === 0 && !options.json) yield* output.note(options.none)
  })
