// `--from` and `--to` as instants.
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { UsageError } from "../output/Failure.ts"
import * as Time from "../output/Time.ts"

const parse = (name: string, written: string, now: number) =>
  Effect.mapError(
    Time.parse(written, now),
    () =>
      new UsageError({
        detail: `--${name} is no time: ${written}`,
        fix: "Write 2026-11-24, 2026-11-24T22:55:01Z, or 24h for a day ago."
      })
  )

/** What a command line bounds, ISO 8601 in UTC. */
export const of = Effect.fnUntraced(function* (options: {
  readonly from: Option.Option<string>
  readonly to: Option.Option<string>
}) {
  const now = yield* Clock.currentTimeMillis
  const from = Option.isSome(options.from) ? yield* parse("from", options.from.value, now) : undefined
  const to = Option.isSome(options.to) ? yield* parse("to", options.to.value, now) : undefined
  if (from !== undefined && to !== undefined && from >= to) {
    return yield* new UsageError({ detail: "--from is not before --to.", fix: "Exchange them." })
  }
  return { ...(from !== undefined && { from }), ...(to !== undefined && { to }) }
})
