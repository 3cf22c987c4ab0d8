// A long answer leaves the store page by page: memory stays flat, and between two pages everybody else has a turn.
import type { EventStore } from "@inlet/core"
import * as Chunk from "effect/Chunk"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { Reader } from "./Database.ts"

/** Rows a page, and elements a chunk. */
export const PAGE = 500

/** The rows of a query that answers up to `PAGE` of them after a key, in the order of the key. */
export const stream = <Row, Key, A>(
  database: Reader,
  operation: string,
  query: {
    readonly after: Key
    readonly rows: (after: Key) => ReadonlyArray<Row>
    readonly key: (row: Row) => Key
    readonly decode: (row: Row) => A
  }
): Stream.Stream<A, EventStore.StoreError> =>
  Stream.paginateChunkEffect(query.after, (after) =>
    database.run(operation, () => {
      const rows = query.rows(after)
      const last = rows.length === PAGE ? rows.at(-1) : undefined
      return [Chunk.unsafeFromArray(rows.map(query.decode)), Option.map(Option.fromNullable(last), query.key)]
    })
  )
