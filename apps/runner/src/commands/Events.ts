// `inlet events`: the log itself, as it is or as it grows.
import { Event, EventStore, Trace } from "@inlet/core"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { didYouMean } from "../cli/Suggest.ts"
import { UsageError } from "../output/Failure.ts"
import * as Listing from "../output/Listing.ts"
import { Output } from "../output/Output.ts"
import * as Time from "../output/Time.ts"
import { existing } from "../run/Store.ts"
import * as Filter from "./Filter.ts"

export interface Options {
  readonly run: Option.Option<string>
  readonly source: Option.Option<string>
  readonly type: Option.Option<string>
  readonly trace: Option.Option<string>
  readonly after: Option.Option<number>
  readonly follow: boolean
}

/** How often a followed log is looked at. */
const LOOK_EVERY = "500 millis"

const listing: Listing.Listing<Event.Event> = {
  columns: [
    { title: "position", id: true },
    { title: "time" },
    { title: "pipeline", name: true },
    { title: "event" },
    { title: "data", least: 20, spare: 1 }
  ],
  cells: ({ at, data, position, stream, type }) => [
    position,
    Time.stamp(at),
    stream.replace(/^pipeline\//, ""),
    type,
    JSON.stringify(data)
  ],
  json: (event) => event
}

const typeOf = (written: string) => {
  const known = Object.keys(Event.Data)
  return known.includes(written)
    ? Effect.succeed(written)
    : Effect.fail(
        new UsageError({
          detail: `There is no type ${written}.${didYouMean(written, known)}`,
          fix: `Known: ${known.join(", ")}`
        })
      )
}

/** Whether an event was appended under a trace, or under a span, of this id. */
const under = (id: string) => {
  const [trace, span] = id.length === 32 ? [id, undefined] : [undefined, id]
  return (event: Event.Event): boolean => {
    const place = Option.getOrUndefined(Trace.parse(event.trace))
    return place !== undefined && (place.traceId === trace || place.spanId === span)
  }
}

const traceOf = (written: string) =>
  /^([0-9a-f]{32}|[0-9a-f]{16})$/i.test(written)
    ? Effect.succeed(under(written.toLowerCase()))
    : Effect.fail(
        new UsageError({
          detail: `--trace: "${written}" is the id neither of a trace (32 hexadecimal digits) nor of a span (16).`,
          fix: "inlet runs RUN shows the trace of a run, inlet trace RUN --json its spans."
        })
      )

export const run = Effect.fnUntraced(function* ({ after, follow, ...options }: Options) {
  const output = yield* Output
  const type = yield* Effect.transposeMapOption(options.type, typeOf)
  yield* Filter.source(options.source)
  yield* Filter.run(options.run)
  const trace = yield* Effect.transposeMapOption(options.trace, traceOf)
  const wanted = (event: Event.Event) =>
    (Option.isNone(options.run) || event.run === options.run.value) &&
    (Option.isNone(type) || event.type === type.value) &&
    (Option.isNone(trace) || trace.value(event)) &&
    (Option.isNone(options.source) || event.stream.split("/")[1] === options.source.value)

  const work = Effect.gen(function* () {
    const store = yield* EventStore.EventStore
    const show = Listing.printer(listing, output.json)
    let position = Option.getOrElse(after, () => 0)
    let any = false
    const rest = Stream.suspend(() => store.readAll(position)).pipe(
      Stream.runForEachChunk((chunk) => {
        position = Option.match(Chunk.last(chunk), { onNone: () => position, onSome: (event) => event.position })
        const found = Chunk.filter(chunk, wanted)
        any ||= Chunk.isNonEmpty(found)
        return Chunk.isEmpty(found) ? Effect.void : show(found)
      })
    )
    yield* rest
    if (!any && !follow) yield* output.note("There is no such event.")
    if (follow) yield* Effect.forever(Effect.zipRight(Effect.sleep(LOOK_EVERY), rest))
    return 0
  })
  return yield* Effect.provide(work, existing)
})
