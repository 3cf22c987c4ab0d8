// The pages of a source one after another, each from the request to its record in a span of its own. Of a long listing the trace
// has a part only; what fails, waits or takes long in the others is told on the span of the listing.
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type * as Tracer from "effect/Tracer"
import { RunObserver } from "../ports/RunObserver.ts"
import type { Page, SourceError } from "../ports/Source.ts"
import { codeOf, type RunError } from "./RunError.ts"
import * as Trace from "./Trace.ts"

/** Rows that a span tells of one by one. */
const FEW = 10

/** What became of a page: whether it was the last that is wanted, or that there was none any more. */
export type Turn = "more" | "enough" | "end"

const tellPage = Effect.fnUntraced(function* ({ records, rows = [] }: Page) {
  const rejected = rows.flatMap((row) => (row._tag === "Rejected" ? [row.rejection] : []))
  yield* Effect.annotateCurrentSpan({ "inlet.rows": records, "inlet.rows.rejected": rejected.length })
  for (const { code, path } of rejected.slice(0, FEW)) yield* Trace.event("row.rejected", { path, "error.type": code })
  if (rejected.length > FEW) yield* Trace.event("row.rejected", { count: rejected.length - FEW })
})

/**
 * `next` asks for the next page and does with it what `take` does, which says whether that was enough. To be run until it does
 * not say `more`.
 */
export const make = <R, E extends RunError, R2>(
  pages: Stream.Stream<Page, SourceError, R>,
  take: (page: Page) => Effect.Effect<boolean, E, R2>
) =>
  Effect.gen(function* () {
    const clock = yield* Effect.clock
    const observer = yield* RunObserver
    const whole = yield* Trace.nearest
    const pull = yield* Stream.toPull(Stream.rechunk(pages, 1))
    let index = 0
    let traced = 0
    let asked = 0
    let current: Tracer.AnySpan | undefined = Option.getOrUndefined(whole)
    // One for the whole listing: a source keeps the one that it began with.
    const listening: typeof observer = {
      ...observer,
      request: (peer) => {
        asked += 1
        observer.request(peer)
      },
      waiting: (peer, wait) => {
        observer.waiting(peer, wait)
        if (current !== undefined) Trace.waitOn(current, peer, wait, clock.unsafeCurrentTimeNanos())
      }
    }

    const turn = pull.pipe(
      Effect.flatMap((chunk) => Effect.forEach(chunk, (page) => Effect.zipRight(tellPage(page), take(page)))),
      Effect.map((enough): Turn => (Chunk.some(Chunk.fromIterable(enough), (one) => one) ? "enough" : "more")),
      Effect.catchAll((ended): Effect.Effect<Turn, E | SourceError> => {
        if (!Option.isOption(ended)) return Effect.fail(ended)
        return Option.match(ended, { onNone: () => Effect.succeed("end"), onSome: (error) => Effect.fail(error) })
      }),
      Effect.provideService(RunObserver, listening)
    )

    const next = Effect.gen(function* () {
      const own = yield* Trace.has(index + 1)
      const about = { "inlet.page.index": index + 1 }
      const span = yield* Effect.withTracerEnabled(
        Effect.makeSpan("page", { attributes: about, captureStackTrace: false }),
        own
      )
      const begun = clock.unsafeCurrentTimeNanos()
      asked = 0
      current = span
      return yield* turn.pipe(
        Effect.withParentSpan(span),
        Effect.withTracerEnabled(own),
        Effect.onExit((exit) =>
          Effect.sync(() => {
            // The end of a listing that nothing was asked for is no page.
            if (asked === 0 && Exit.isSuccess(exit) && exit.value === "end") return
            index += 1
            const ended = clock.unsafeCurrentTimeNanos()
            if (!own) return Trace.missed(span, "page", about, exit, codeOf, { begun, ended })
            traced += 1
            span.end(ended, exit)
          })
        )
      )
    })
    const pagesSoFar = Effect.sync(() => ({ "inlet.pages": index, "inlet.pages.traced": traced }))
    return { next, pagesSoFar }
  })
