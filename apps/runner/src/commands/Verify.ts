// `inlet verify`: whether the store is what was written, and where it is not, what that means and what to do.
import { Archive, EventStore } from "@inlet/core"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as Configuration from "../configuration/Configuration.ts"
import * as Activity from "../output/Activity.ts"
import { Output } from "../output/Output.ts"
import { clean } from "../output/Table.ts"
import { existingArchive, isLarge } from "../run/Store.ts"

/** For people: a line a check, and two for each thing that is wrong. */
const show = Effect.fnUntraced(function* ({ fix, message, ok, pipeline }: Archive.Finding) {
  const output = yield* Output
  if (fix === null)
    return yield* output.say(
      `${ok ? output.paint("green", "ok    ") : output.paint("red", "FAILED")}  ${clean(message)}`
    )
  yield* output.say(`        ${pipeline === null ? "" : `${pipeline}: `}${clean(message)}`)
  yield* output.say(`        next: ${fix}`)
})

const CHECKS = Archive.CheckName.literals

/** @example progress(3) === "4 of 6: events" */
const progress = (done: number): string =>
  done < CHECKS.length ? `${done + 1} of ${CHECKS.length}: ${CHECKS[done]}` : ""

/** Checks the store and tells of everything, or of what is wrong only; fails where something is. */
export const check = Effect.fnUntraced(function* (store: string, options: { readonly all: boolean }) {
  const output = yield* Output
  const archive = yield* Archive.Archive
  const failed = new Set<string>()
  const checking = (tell: Activity.Tell) => {
    tell(progress(0))
    return Stream.runForEach(archive.verify(), (finding) => {
      if (finding.fix === null) tell(progress(CHECKS.indexOf(finding.check) + 1))
      if (!finding.ok) failed.add(finding.check)
      if (finding.ok && !options.all) return Effect.void
      return output.json ? output.item(finding) : show(finding)
    })
  }
  yield* Activity.during("checking the store", checking, { atOnce: yield* isLarge(store) })
  if (failed.size === 0) return
  yield* new EventStore.StoreError({
    reason: "Damaged",
    operation: "verify",
    detail: `The store ${store} is damaged: see ${[...failed].join(", ")} above.`
  })
})

export const run = Effect.fnUntraced(function* (_: object) {
  const output = yield* Output
  const { store } = yield* Configuration.locate
  yield* Effect.provide(check(store, { all: !output.quiet }), existingArchive)
  yield* output.note(`The store ${store} is as it was written.`)
  return 0
})
