// Holds a connector to the laws, without a test runner.
import { readFileSync } from "node:fs"
import { basename } from "node:path"
import { fileURLToPath } from "node:url"
import * as Effect from "effect/Effect"
import type { Connector } from "../Connector.ts"
import * as Bench from "./Bench.ts"
import { type Cassette, CassetteError, parse } from "./Cassette.ts"
import { type Law, laws, names } from "./Laws.ts"
import * as BoundaryDuplicates from "./laws/BoundaryDuplicates.ts"
import * as ConfigErrors from "./laws/ConfigErrors.ts"
import * as Contract from "./laws/Contract.ts"
import * as CursorForward from "./laws/CursorForward.ts"
import * as FailureStatus from "./laws/FailureStatus.ts"
import * as KeysUnique from "./laws/KeysUnique.ts"
import * as Limits from "./laws/Limits.ts"
import * as Manifest from "./laws/Manifest.ts"
import * as NoSecret from "./laws/NoSecret.ts"
import * as PureMapping from "./laws/PureMapping.ts"
import * as RecordsDecode from "./laws/RecordsDecode.ts"
import * as Resume from "./laws/Resume.ts"
import * as UnchangedSecondRun from "./laws/UnchangedSecondRun.ts"
import type { Options } from "./Options.ts"
import type { Violation } from "./Violation.ts"
import * as World from "./World.ts"

type Result = Effect.Effect<ReadonlyArray<Violation>>

const ofConnector: { readonly [law in Law]?: (world: World.World, options: Options) => Result } = {
  "config-errors": ConfigErrors.check,
  manifest: (world, options) => Effect.sync(() => Manifest.check(world, options)),
  contract: (world, options) => Effect.sync(() => Contract.check(world, options))
}

const ofStream: { readonly [law in Law]?: (bench: Bench.Bench, options: Options) => Result } = {
  "records-decode": (bench) => Effect.sync(() => RecordsDecode.check(bench)),
  "keys-unique": (bench) => Effect.sync(() => KeysUnique.check(bench)),
  "cursor-forward": CursorForward.check,
  resume: Resume.check,
  "boundary-duplicates": BoundaryDuplicates.check,
  "unchanged-second-run": (bench) => Effect.sync(() => UnchangedSecondRun.check(bench)),
  limits: (bench, { concurrency = 1 }) => Limits.check(bench, concurrency),
  "failure-status": (bench, { meant = [] }) => FailureStatus.check(bench, meant),
  "no-secret": NoSecret.check,
  "pure-mapping": (bench) => Effect.sync(() => PureMapping.check(bench))
}

/** A law to check, and the stream where it is one of streams. */
export interface Task {
  readonly law: Law
  readonly stream: string | null
}

/** All that there is to check, in its order. */
export const plan = ({ streams }: Connector, { without = {} }: Options): ReadonlyArray<Task> => [
  ...names.filter((law) => laws[law].of === "connector").map((law) => ({ law, stream: null })),
  ...[...streams.keys()]
    .filter((stream) => without[stream] === undefined)
    .flatMap((stream) => names.filter((law) => laws[law].of === "stream").map((law) => ({ law, stream })))
]

/** A connector ready to be checked. */
export interface Kit {
  /** The laws that the cassette does not hold enough for. */
  readonly lacks: ReadonlyArray<Law>
  readonly check: (task: Task) => Result
}

const load = (from: Options["cassette"]): Effect.Effect<Cassette, CassetteError> => {
  if (!(from instanceof URL)) return Effect.succeed(from)
  const fail = (detail: string) => new CassetteError({ reason: "Unreadable", detail })
  const name = basename(from.pathname)
  return Effect.try({
    try: () => readFileSync(fileURLToPath(from), "utf8"),
    catch: () => fail(`${name} cannot be read: record it with inlet connector record`)
  }).pipe(
    Effect.flatMap(parse),
    Effect.mapError(({ detail }) => fail(detail.startsWith(name) ? detail : `${name}: ${detail}`))
  )
}

/** What streams have in common is done once. */
export const open = (connector: Connector, options: Options): Effect.Effect<Kit, CassetteError> =>
  Effect.gen(function* () {
    const { config, name = "conformance", tokens } = options
    const cassette = yield* load(options.cassette)
    const world = yield* World.make(connector, { name, config }, cassette, tokens)
    const benches = new Map<string, Effect.Effect<Bench.Bench>>()
    for (const [stream, spec] of connector.streams) {
      benches.set(stream, yield* Effect.cached(Bench.of(world, stream, spec)))
    }
    const none: Result = Effect.succeed([])
    const check = ({ law, stream }: Task): Result => {
      if (cassette.lacks?.includes(law) === true) return none
      const bench = benches.get(stream ?? "")
      if (bench === undefined) return ofConnector[law]?.(world, options) ?? none
      return Effect.flatMap(bench, (bench) => {
        const { broke, error, refused, unknown } = bench.first
        // What cannot be read says nothing of the other laws.
        const isRead = broke === null && error === null && refused === null && unknown.length === 0
        return isRead || law === "records-decode" ? (ofStream[law]?.(bench, options) ?? none) : none
      })
    }
    return { lacks: cassette.lacks ?? [], check }
  })

/**
 * Holds a connector to all laws, against what was recorded of its service: without a request, and without waiting. A right one
 * has no violation.
 *
 * @since 0.1.0
 */
export const check = (connector: Connector, options: Options): Effect.Effect<ReadonlyArray<Violation>, CassetteError> =>
  Effect.flatMap(open(connector, options), (kit) =>
    Effect.map(Effect.forEach(plan(connector, options), kit.check), (found) => found.flat())
  )
