// All checks in the order in which they are told: first what this computer knows, then what others answer, who are asked at the
// same time.
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as HttpClient from "@effect/platform/HttpClient"
import { TokenStore } from "@inlet/core"
import { Inspection } from "@inlet/databox-sink"
import { SqliteStore } from "@inlet/store-sqlite"
import * as Array from "effect/Array"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Configuration from "../configuration/Configuration.ts"
import type { ConfiguredSource } from "../configuration/Pipelines.ts"
import * as Activity from "../output/Activity.ts"
import * as TokenKey from "../run/TokenKey.ts"
import * as Clock from "./Clock.ts"
import * as Collector from "./Collector.ts"
import * as Configured from "./Configured.ts"
import * as Connector from "./Connector.ts"
import * as Databox from "./Databox.ts"
import * as Datasets from "./Datasets.ts"
import * as Disk from "./Disk.ts"
import { about, after, type Finding, OFFLINE } from "./Finding.ts"
import * as Key from "./Key.ts"
import * as Source from "./Source.ts"
import * as Store from "./Store.ts"
import * as Traces from "./Traces.ts"

type Findings = ReadonlyArray<Finding>

/** Told of findings as soon as they are due. */
type Tell<E, R> = (findings: Findings) => Effect.Effect<void, E, R>

/** The store in a file, or one in memory: what is asked counts against the limits of the one that is there. */
const open = (filename: string) =>
  Layer.unwrapEffect(
    Effect.map(TokenKey.source, (source) =>
      SqliteStore.layerWithTokens({ filename, keys: TokenKey.keys(source, filename) })
    )
  )

const opened = ({ place, works }: Store.Stored) =>
  works ? Layer.orElse(open(place), () => open(SqliteStore.MEMORY)) : open(SqliteStore.MEMORY)

/** The configuration and its sources, as far as they are in order. */
const configured = Effect.gen(function* () {
  const { configuration, finding } = yield* Configured.look
  if (Option.isNone(configuration)) {
    const sources: ReadonlyArray<ConfiguredSource> = []
    return { configuration, sources, findings: [finding, about("connector").skipped(after("the configuration"))] }
  }
  const { findings, sources } = yield* Connector.look(configuration.value)
  return { configuration, sources, findings: [finding, ...findings] }
})

type Found = Effect.Effect.Success<typeof configured>

/** What is kept of a source's sign-in, or why it cannot be read; null where nobody signs in. */
const keptOf = ({ login, name }: ConfiguredSource) =>
  Effect.flatMap(TokenStore.TokenStore, (tokens) => Effect.either(login ? tokens.get(name) : Effect.succeed(null)))

/** What Databox says. */
const databox = (
  { databox: { account, apiKey, baseUrl, dataSource, limits } }: Configuration.Configuration,
  sources: ReadonlyArray<ConfiguredSource>,
  stored: Store.Stored
) =>
  Effect.gen(function* () {
    const inspection = yield* Inspection.make({ account, apiKey, baseUrl: baseUrl.href, dataSource, limits })
    const { account: found, finding } = yield* Databox.look(inspection)
    if (found === null) return [finding, about("datasets").skipped(after("the way to Databox"))]
    const known = stored.works ? yield* Datasets.known : Datasets.unknown
    return [finding, ...(yield* Datasets.look(inspection, found, sources, known))]
  })

/** What Databox says, where it can and may be asked. */
const databoxOf = ({ configuration, sources }: Found, stored: Store.Stored, offline: boolean) => {
  const skipped = (why: string) => Effect.succeed([about("databox").skipped(why), about("datasets").skipped(why)])
  if (Option.isNone(configuration)) return skipped(after("the configuration"))
  return offline ? skipped(OFFLINE) : databox(configuration.value, sources, stored)
}

/** A source, and what is kept of its sign-in. */
interface Kept {
  readonly source: ConfiguredSource
  readonly kept: Effect.Effect.Success<ReturnType<typeof keptOf>>
}

/** What a source says, where it can and may be asked. */
const sourceOf = ({ kept, source }: Kept, stored: Store.Stored, offline: boolean) => {
  const say = about("source", source.name)
  if (source.login && stored.there && !stored.works) return Effect.succeed(say.skipped(after("the store")))
  if (Either.isLeft(kept)) return Effect.succeed(say.skipped(after("the key")))
  return Source.look(source, kept.right, offline)
}

/** What is looked at with the store. */
const within = <E, R>(found: Found, stored: Store.Stored, offline: boolean, tell: Tell<E, R>) =>
  Effect.gen(function* () {
    const all = yield* Effect.forEach(found.sources, (source) =>
      Effect.map(keptOf(source), (kept): Kept => ({ source, kept }))
    )
    const [unread = null] = all.flatMap(({ kept }) => (Either.isLeft(kept) ? [kept.left] : []))
    yield* tell([yield* Key.look(stored.place, unread), yield* Traces.look])

    const { client, heard } = Clock.listening(yield* HttpClient.HttpClient)
    const ask = <R>(look: Effect.Effect<Finding | Findings, never, R>) =>
      Effect.fork(Effect.map(Effect.provideService(look, HttpClient.HttpClient, client), Array.ensure))
    const nobody = about("source").skipped(after("the configuration"))
    const asked = [
      yield* ask(databoxOf(found, stored, offline)),
      ...(Option.isNone(found.configuration) ? [yield* ask(Effect.succeed(nobody))] : []),
      ...(yield* Effect.forEach(all, (one) => ask(sourceOf(one, stored, offline)))),
      yield* ask(Collector.look(offline))
    ]
    const told = Effect.forEach(asked, (fiber) => Effect.flatMap(Fiber.join(fiber), tell), { discard: true })
    yield* Activity.during("asking Databox and the sources", () => told)
    yield* tell([offline ? about("clock").skipped(OFFLINE) : Clock.look(heard())])
  }).pipe(Effect.provide(Layer.merge(opened(stored), FetchHttpClient.layer)))

/** Looks at everything, and changes nothing. */
export const examine = <E, R>(offline: boolean, tell: Tell<E, R>) =>
  Effect.gen(function* () {
    const found = yield* configured
    yield* tell(found.findings)
    const location = yield* Effect.option(Configuration.locate)
    if (Option.isNone(location)) {
      const why = after("the configuration")
      return yield* tell((["store", "disk", "key"] as const).map((check) => about(check).skipped(why)))
    }
    const { store: place } = location.value
    const stored = yield* Store.look(place)
    yield* tell([stored.finding, yield* Disk.look(place)])
    yield* within(found, stored, offline, tell)
  })
