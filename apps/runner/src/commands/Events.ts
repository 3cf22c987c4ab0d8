// `inlet events`: the log itself, as it is or as it grows.
import { Event, EventStore } from "@inlet/core"
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
  readonly after: Option.Option<number>
  readonly follow: boolean
}

/** How often a followed log is looked at. */
const LOOK_EVERY = "500 millis"

const listing: Listing.Listing<Event.Event> = {
  columns: [
    { title: "position" },
    { title: "time", spare: 1 },
    { title: "pipeline", least: 20 },
    { title: "event" },
    { title: "data", least: 8 }
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

export const run = Effect.fnUntraced(function* ({ after, follow, ...options }: Options) {
  const output = yield* Output
  const type = yield* Effect.transposeMapOption(options.type, typeOf)
  yield* Filter.source(options.source)
  yield* Filter.run(options.run)
  const wanted = (event: Event.Event) =>
    (Option.isNone(options.run) || event.run === options.run.value) &&
    (Option.isNone(type) || event.type === type.value) &&
    (Option.isNone(options.source) || event.stream.split("/")[1] === options.source.value)

  const work = Effect.gen(function* () {
    const store = yield* EventStore.EventStore
    const show = Listing.printer(listing, output.json)
    let position = Option.getOrElse(after, () => 0)
    const rest = Stream.suspend(() => store.readAll(position)).pipe(
      Stream.runForEachChunk((chunk) => {
        position = Option.match(Chunk.last(chunk), { onNone: () => position, onSome: (event) => event.position })
        const found = Chunk.filter(chunk, wanted)
        return Chunk.isEmpty(found) ? Effect.void : show(found)
      })
    )
    yield* rest
    if (follow) yield* Effect.forever(Effect.zipRight(Effect.sleep(LOOK_EVERY), rest))
    return 0
  })
  return yield* Effect.provide(work, existing)
})
