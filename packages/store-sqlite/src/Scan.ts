// Reads a table from one end to the other also where it is damaged: what SQLite cannot read is skipped and told.
import type { EventStore } from "@inlet/core"
import * as Effect from "effect/Effect"
import type { Reader } from "./Database.ts"
import * as Failure from "./Failure.ts"

/** Rows with a number from `from` to `to`, in order, up to `limit`. */
export type Rows<Row> = (from: number, to: number, limit: number) => ReadonlyArray<Row>

/** Numbers that cannot be read, the first and the last of them. */
export type Range = readonly [first: number, last: number]

/**
 * Hands over all rows up to number `last`, a page at a time, and ends with what could not be read. A page that cannot be read
 * is read row by row.
 */
export const scan = <Row>(
  { run }: Reader,
  options: {
    readonly last: number
    readonly page: number
    readonly rows: Rows<Row>
    readonly numberOf: (row: Row) => number
    readonly take: (row: Row) => void
  }
): Effect.Effect<ReadonlyArray<Range>, EventStore.StoreError> =>
  Effect.gen(function* () {
    const { last, numberOf, page, rows, take } = options
    const unreadable: Array<Range> = []
    const read = (from: number, to: number, limit: number) =>
      Effect.catchIf(
        run("verify", () => rows(from, to, limit)),
        Failure.isDamage,
        () => Effect.succeed(null)
      )
    let from = 1
    while (from <= last) {
      const found = yield* read(from, last, page)
      if (found !== null) {
        yield* run("verify", () => found.forEach(take))
        const end = found.length === page ? found.at(-1) : undefined
        from = (end === undefined ? last : numberOf(end)) + 1
        yield* Effect.yieldNow()
        continue
      }
      for (const until = Math.min(last, from + page - 1); from <= until; from++) {
        const one = yield* read(from, from, 1)
        if (one !== null) {
          yield* run("verify", () => one.forEach(take))
          continue
        }
        const [first, end] = unreadable.at(-1) ?? [from, from]
        if (end === from - 1) unreadable[unreadable.length - 1] = [first, from]
        else unreadable.push([from, from])
      }
    }
    return unreadable
  })
