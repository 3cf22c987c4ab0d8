// The port to the part of a connector that makes rows of recorded pages. It is all that a delivery needs of a connector, so a
// replay cannot ask a source; where the connector's code runs is the adapter's matter.
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { Contract } from "../model/Contract.ts"
import { canonical } from "../model/Json.ts"
import type { Mapped } from "../model/Row.ts"
import type { StreamSpec } from "./Source.ts"

/** A connector's own code failed: its mapping threw, or no longer finds the records it found before. */
export class ConnectorError extends Schema.TaggedError<ConnectorError>("@inlet/core/ConnectorError")("ConnectorError", {
  /** One plain sentence without a value of a record. */
  detail: Schema.String
}) {
  override get message() {
    return this.detail
  }
}

/** A page as it was recorded. */
export interface RecordedPage {
  readonly body: Uint8Array
  readonly context: Readonly<Record<string, string>>
}

/** A stream without a way to its source. */
export interface Mapping {
  readonly contract: Contract
  /** The stream's records in a page, as its connector finds them. */
  readonly records: (page: RecordedPage) => Effect.Effect<ReadonlyArray<unknown>, ConnectorError>
  /** The same as rows. The same page gives the same, always. */
  readonly rows: (page: RecordedPage) => Effect.Effect<ReadonlyArray<Mapped>, ConnectorError>
}

/** An error whose message holds no value of a record. */
class Unsteady extends Error {
  override readonly name = "Unsteady"
}

/** Where in which file, without the folders above the package or the file's own. */
const place = (stack: string | undefined): string => {
  const [, file = "", at = ""] =
    /^\s+at .*?((?:[\w@.-]+\/){0,2}[\w.-]+)\??[^/:]*:(\d+):\d+\)?$/m.exec(stack ?? "") ?? []
  return file === "" ? "" : ` at ${file}:${at}`
}

/** What a connector's code threw, in a few words: its message is left out, since it may hold whatever the code had in hand. */
export const whatThrew = (thrown: unknown): string => {
  if (thrown instanceof Unsteady) return thrown.message
  return thrown instanceof Error ? `${thrown.name}${place(thrown.stack)}` : "something that is no error"
}

const decoder = new TextDecoder()

/** A mapping whose code runs here. */
export const local = (spec: StreamSpec): Mapping => {
  const { contract } = spec
  const attempt = <A>(work: () => A) =>
    Effect.try({
      try: work,
      catch: (cause) =>
        new ConnectorError({
          detail: `the connector's mapping of ${contract.stream} failed: ${whatThrew(cause)}`
        })
    })
  const find = ({ body, context }: RecordedPage) => spec.records(JSON.parse(decoder.decode(body)), context)
  return {
    contract,
    records: (page) => attempt(() => find(page)),
    rows: (page) => attempt(() => mapAll(spec, find(page)))
  }
}

/**
 * All records as rows.
 *
 * @throws Error where a record, mapped once more, gives something else, and whatever the connector throws.
 */
export const mapAll = ({ map }: StreamSpec, records: ReadonlyArray<unknown>): ReadonlyArray<Mapped> => {
  const mapped = records.map((record) => map(record))
  // Two of a page tell as well as all of them whether the time, chance or a counter has a part in it.
  for (const index of new Set([0, records.length - 1])) {
    if (index in records && canonical(map(records[index])) !== canonical(mapped[index])) {
      throw new Unsteady("the same record gives another row the second time")
    }
  }
  return mapped
}
