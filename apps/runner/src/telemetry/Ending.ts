// What the end of a span says: whether it went well, and else what went wrong, in our own words and without a value of
// anybody's, a path of this machine or a stack.
import * as Cause from "effect/Cause"
import * as Chunk from "effect/Chunk"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Failure from "../output/Failure.ts"

export type Ending =
  | { readonly _tag: "Well" }
  | { readonly _tag: "Interrupted" }
  | {
      readonly _tag: "Failed"
      readonly error: unknown
      readonly code: string
      /** Of the error's class. */
      readonly type: string
      readonly message: string | undefined
    }

/** Errors whose sentences name services, templates and counts. Others name files, or what somebody typed. */
const TELLING: ReadonlySet<string> = new Set([
  "SourceError",
  "SinkError",
  "ConnectorError",
  "ReplayError",
  "VersionConflict",
  "LeaseHeld",
  "LoginError",
  "EmulatorError",
  "DemoError"
])

/** Errors that name a file of this machine among the rest. */
const LOCAL: ReadonlySet<string> = new Set(["StoreError", "TokenError"])

const withoutPaths = (sentence: string): string => sentence.replace(/(?:\b[A-Za-z]:)?[\\/][^\s:]+/g, "…")

const tagOf = (error: unknown): string | undefined =>
  Predicate.hasProperty(error, "_tag") && Predicate.isString(error._tag) ? error._tag : undefined

const messageOf = (error: unknown): string | undefined => {
  const tag = tagOf(error)
  if (tag === undefined || !(error instanceof Error)) return undefined
  if (TELLING.has(tag)) return error.message
  return LOCAL.has(tag) ? withoutPaths(error.message) : undefined
}

const failed = (error: unknown): Ending => {
  const type = tagOf(error) ?? (error instanceof Error ? error.name : "Error")
  return { _tag: "Failed", error, code: Failure.codeOf(error) ?? type, type, message: messageOf(error) }
}

const defect = (thrown: unknown): Ending => ({
  _tag: "Failed",
  error: thrown,
  code: Failure.bug(thrown, null).code,
  type: thrown instanceof Error ? thrown.name : "Error",
  message: undefined
})

export const of = (exit: Exit.Exit<unknown, unknown>): Ending => {
  if (Exit.isSuccess(exit) || Cause.isEmpty(exit.cause)) return { _tag: "Well" }
  const error = Cause.failureOption(exit.cause)
  if (Option.isSome(error)) return failed(error.value)
  const thrown = Chunk.head(Cause.defects(exit.cause))
  return Option.isSome(thrown) ? defect(thrown.value) : { _tag: "Interrupted" }
}
