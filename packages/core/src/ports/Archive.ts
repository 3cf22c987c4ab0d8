// The port to the store as a whole: whether it is what was written, a copy of it, and the way to another place. Everything
// but an import only reads, and works while others write.
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as Stream from "effect/Stream"
import type { StoreError } from "./EventStore.ts"

/** `file` SQLite's own check, `wal` its write-ahead log, `end` what was acknowledged last, `events` their chain, `pages` raw data. */
export const CheckName = Schema.Literal("file", "wal", "end", "events", "pages", "views")
export type CheckName = typeof CheckName.Type

/** The result of a check, or, where there is a `fix`, one thing that is wrong. Null where it concerns not a single one. */
export const Finding = Schema.Struct({
  check: CheckName,
  ok: Schema.Boolean,
  message: Schema.String,
  /** What to do about it. */
  fix: Schema.NullOr(Schema.String),
  /** `<source>/<stream>` */
  pipeline: Schema.NullOr(Schema.String),
  run: Schema.NullOr(Schema.String),
  /** A position of the log. */
  event: Schema.NullOr(Schema.Int),
  batch: Schema.NullOr(Schema.String)
})
export type Finding = typeof Finding.Type

/** What is not as it was written: an export that was cut or changed, or a store that is not empty. Nothing was imported. */
export class ImportError extends Schema.TaggedError<ImportError>("@inlet/core/ImportError")("ImportError", {
  reason: Schema.Literal("Damaged", "Foreign", "Partial", "Occupied"),
  /** One plain sentence: what is wrong and where. */
  detail: Schema.String
}) {
  override get message() {
    return this.detail
  }
}

/** How much there was. */
export interface Amount {
  readonly events: number
  readonly pages: number
}

export interface ExportOptions {
  /** The version of the program, for the record. */
  readonly app: string
  /** Only what concerns this source; such an export is for looking at and cannot be imported. Null for the whole log. */
  readonly source: string | null
}

export class Archive extends Context.Tag("@inlet/core/Archive")<
  Archive,
  {
    /** Checks everything; behind the result of a check comes what it found. A store that cannot be read is a finding. */
    readonly verify: () => Stream.Stream<Finding, StoreError>
    /** Makes a new file that holds the store as it is now, and nothing else does; it must not be there yet. */
    readonly copy: (to: string) => Effect.Effect<void, StoreError>
    /** The log as lines of JSON, each with its end. */
    readonly export: (options: ExportOptions) => Stream.Stream<string, StoreError>
    /** Fills an empty store from the lines of an export, without their ends: all of it, or nothing. */
    readonly import: <E, R>(
      lines: Stream.Stream<string, E, R>
    ) => Effect.Effect<Amount, StoreError | ImportError | E, R>
  }
>() {}
