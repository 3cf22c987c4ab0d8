// What can be wrong with contracts, what to do about each, and how it is told.
import type { Compatibility } from "@inlet/core"
import type { Contracts } from "@inlet/sdk"
import * as Effect from "effect/Effect"
import * as Trace from "../cli/Trace.ts"
import * as Failure from "../output/Failure.ts"
import { Output } from "../output/Output.ts"

export type Kind =
  | Compatibility.Kind
  | Contracts.Finding["kind"]
  | "recipe_wrong"
  | "history_damaged"
  | "stream_gone"
  | "file_missing"
  | "file_stale"
  | "file_left"

/** The public form; a contract of `--json`. */
export interface Problem {
  /** Title of the dataset; null where it is about a file of all of them. */
  readonly dataset: string | null
  /** Path within the folder. */
  readonly file?: string
  readonly kind: Kind
  readonly column?: string
  readonly message: string
}

const WRITE = "Run inlet schema write."
const RELEASE = "Take the change back, or raise the dataset's version in the connector and run inlet schema write."

const FIX: Readonly<Record<Kind, string>> = {
  version_lowered: RELEASE,
  key_changed: RELEASE,
  key_optional: RELEASE,
  time_changed: RELEASE,
  time_optional: RELEASE,
  column_removed: RELEASE,
  column_retyped: RELEASE,
  column_required: RELEASE,
  required_column_added: RELEASE,
  unit_changed: RELEASE,
  recipe_wrong: "Mend the recipes in the connector.",
  history_damaged: "Restore the history from version control.",
  stream_gone: "Bring the stream back, or delete its history to give it up for good.",
  never_seen: "Look at what the source sends (inlet sync --dry-run), then mend the connector's columns.",
  wrong_type: "Look at what the source sends (inlet sync --dry-run), then mend the connector's columns.",
  file_missing: WRITE,
  file_stale: WRITE,
  file_left: WRITE
}

/** Whether `inlet schema write` mends it. */
export const isWritable = ({ kind }: Problem): boolean => FIX[kind] === WRITE

/** How many problems people are shown at once; programs get all. */
const MANY = 20

const told = (problems: ReadonlyArray<Problem>): ReadonlyArray<string> => {
  const messages = problems.map(({ message }) => message)
  return messages.length <= MANY
    ? messages
    : [...messages.slice(0, MANY - 1), `… and ${messages.length - MANY + 1} more (--json tells all)`]
}

const errorOf = (about: string, problems: ReadonlyArray<Problem>) => {
  const fixes = new Set(
    Object.entries(FIX).flatMap(([kind, fix]) => (problems.some((one) => one.kind === kind) ? [fix] : []))
  )
  // To write is the last step of raising a version.
  if (fixes.has(RELEASE)) fixes.delete(WRITE)
  return new Failure.SchemaError({
    detail: [about, ...told(problems)].join("\n"),
    fix: [...fixes].join(" ")
  })
}

/** Ends with these problems: an error for people; for programs one document, `more` and the error in it. */
export const refuse = Effect.fnUntraced(function* (about: string, problems: ReadonlyArray<Problem>, more: object = {}) {
  const output = yield* Output
  const error = errorOf(about, problems)
  if (!output.json) return yield* error
  const { exit, failure } = Failure.describe(error, { reference: yield* Trace.id })
  yield* output.item({ ok: false, problems, ...more, error: failure })
  return exit
})
