// The pipelines of a source side by side, in one span of the command's trace: what opens the source, and renews what it signs in
// with, happens in it too.
import type { Sync } from "@inlet/core"
import * as Array from "effect/Array"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Failure from "../output/Failure.ts"

type Ended = Exit.Exit<Sync.RunReport, Failure.Expected>

type Outcome = "ok" | "partial" | "interrupted" | "failed"

/** From the best to the worst. */
const OUTCOMES: ReadonlyArray<Outcome> = ["ok", "partial", "interrupted", "failed"]

const outcomeOf = (exit: Ended): Outcome => {
  if (Exit.isFailure(exit)) return Cause.isInterruptedOnly(exit.cause) ? "interrupted" : "failed"
  const { counts, outcome } = exit.value
  if (outcome !== "completed") return outcome
  return counts.pending + counts.quarantined > 0 ? "partial" : "ok"
}

const errorsOf = (exit: Ended): ReadonlyArray<Failure.Expected> => {
  if (Exit.isSuccess(exit)) return exit.value.error === null ? [] : [exit.value.error]
  return [...Cause.failures(exit.cause)]
}

/** How the pipelines of a source ended, on the current span. */
const tell = (exits: ReadonlyArray<Ended>) => {
  const reports = exits.flatMap((exit) => (Exit.isSuccess(exit) ? [exit.value] : []))
  const sum = (of: (report: Sync.RunReport) => number) => reports.reduce((total, report) => total + of(report), 0)
  const worst = Math.max(0, ...exits.map((exit) => OUTCOMES.indexOf(outcomeOf(exit))))
  const [error] = exits.flatMap(errorsOf)
  return Effect.annotateCurrentSpan({
    "inlet.run.outcome": OUTCOMES[worst] ?? "ok",
    "inlet.rows.extracted": sum(({ counts }) => counts.read),
    "inlet.rows.confirmed": sum(({ counts }) => counts.sent),
    "inlet.rows.rejected": sum(({ counts }) => counts.quarantined),
    ...(error !== undefined && { "error.type": Failure.describe(error, { reference: "" }).failure.code })
  })
}

interface Piece<R> {
  readonly source: string
  /** Its name and version. @example "github@0.1.0" */
  readonly connector: string
  /** How it ended, once it has. */
  readonly exit: () => Ended
  readonly work: Effect.Effect<unknown, never, R>
}

/** Does all pieces, so many at once; `verb` is what is done to a source, as its span is named: `sync`. */
export const run = <R>(verb: string, pieces: ReadonlyArray<Piece<R>>, atOnce: number): Effect.Effect<void, never, R> =>
  Effect.gen(function* () {
    const places = yield* Effect.makeSemaphore(atOnce)
    const sources = Object.entries(Array.groupBy(pieces, ({ source }) => source))
    yield* Effect.forEach(
      sources,
      ([source, theirs]) => {
        const [name = source, version = ""] = theirs[0].connector.split(/@(?=[^@]*$)/)
        const all = Effect.forEach(theirs, ({ work }) => places.withPermits(1)(work), {
          concurrency: "unbounded",
          discard: true
        })
        const told = Effect.ensuring(
          all,
          Effect.suspend(() => tell(theirs.map(({ exit }) => exit())))
        )
        return Effect.withSpan(told, `${verb} ${source}`, {
          attributes: { "inlet.connection": source, "inlet.connector": name, "inlet.connector.version": version }
        })
      },
      { concurrency: "unbounded", discard: true }
    )
  })
