// One run's hold on one pipeline: the state that its events fold to, and the only way to append to them. Extraction and
// delivery share it; appends queue up, so each knows the version it builds on.
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as HashMap from "effect/HashMap"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as Event from "../model/Event.ts"
import { sha256 } from "../model/Hash.ts"
import { canonical } from "../model/Json.ts"
import * as Fold from "../model/PipelineState.ts"
import { type Attachments, EventStore, StoreError, type VersionConflict } from "../ports/EventStore.ts"
import { RunObserver } from "../ports/RunObserver.ts"
import * as Tally from "./Tally.ts"
import * as Trace from "./Trace.ts"

export interface Options {
  readonly stream: string
  /** Id of this run; it stays out of the log until the run's first fact. */
  readonly run: string
  readonly mode: Event.Mode
  readonly trigger: string
  /** Of a backfill. */
  readonly range?: Event.TimeRange
  readonly versions: Event.DataOf<"RunStarted">["versions"]
}

/** What a run says of itself as it begins, beside what its options tell. */
export type Beginning = Partial<Pick<Event.DataOf<"RunStarted">, "replays" | "cursor">>

export interface State {
  readonly version: number
  readonly head: Fold.Head
  readonly outbox: Fold.Outbox
}

export interface PipelineLog {
  readonly stream: string
  readonly run: string
  readonly state: Effect.Effect<State>
  /** Appends facts of this run, in one transaction, led by `RunStarted` where they are its first. */
  readonly commit: (
    facts: ReadonlyArray<Event.Fact>,
    attachments?: Attachments,
    beginning?: Beginning
  ) => Effect.Effect<void, StoreError | VersionConflict>
  /** Appends `RunEnded` where the run has begun. */
  readonly end: (
    outcome: Event.RunOutcome,
    error: Event.DataOf<"RunEnded">["error"],
    warnings: ReadonlyArray<string>
  ) => Effect.Effect<void, StoreError | VersionConflict>
  /** The counts of this run so far, or null before its first fact. */
  readonly counts: Effect.Effect<Event.Counts | null>
  /** What went to the sink since this run began. */
  readonly tally: Effect.Effect<Tally.Tally>
}

/** Names an event by what happened, so that the same fact appended again is recognised. */
const idOf = (stream: string, run: string, fact: Event.Fact, after: number): string => {
  switch (fact.type) {
    case "RunStarted":
      return `${run}/started`
    case "RunEnded":
      return `${run}/ended`
    case "BatchRecorded":
      return `${fact.data.batch}/recorded`
    case "BatchReplayed":
      return `${fact.data.batch}/replayed`
    case "SchemaDrifted":
      return `${fact.data.batch}/drifted`
    case "CursorMoved":
      // One cursor can be reached several times in a run: after each of its listings that brought nothing.
      return `${run}/cursor/${after}/${sha256(canonical([fact.data.from, fact.data.to])).slice(0, 16)}`
    case "SendStarted":
      return `${fact.data.batch}/${fact.data.part}/${fact.data.attempt}/started`
    case "SendAccepted":
      return `${fact.data.batch}/${fact.data.part}/${fact.data.attempt}/accepted`
    case "SendFailed":
      return `${fact.data.batch}/${fact.data.part}/${fact.data.attempt}/failed/${fact.data.code}`
    case "SendConfirmed":
    case "RowsQuarantined": {
      const what = fact.type === "SendConfirmed" ? "confirmed" : "quarantined"
      const { attempt, batch, part } = fact.data
      // Without a request there is no attempt to count: records that were released are settled once more.
      return part === 0 ? `${batch}/0/${after}/${what}` : `${batch}/${part}/${attempt}/${what}`
    }
    case "DatasetProvisioned":
      return `${stream}/provisioned/${fact.data.dataset.id}`
    case "DatasetPurged":
      return `${run}/purged/${fact.data.dataset}`
    case "QuarantineResolved":
    case "DataErased":
    case "TokenChanged":
      return `${run}/${fact.type}/${sha256(canonical(fact.data)).slice(0, 16)}`
  }
}

/** The event behind a fact, where it lies in the log by its name. */
const causeOf = (fact: Event.Fact): string | null => {
  switch (fact.type) {
    case "BatchReplayed":
      return `${fact.data.replays}/recorded`
    case "SendStarted":
    case "SchemaDrifted":
      return `${fact.data.batch}/recorded`
    case "SendAccepted":
    case "SendFailed":
      return `${fact.data.batch}/${fact.data.part}/${fact.data.attempt}/started`
    case "SendConfirmed":
    case "RowsQuarantined":
      return fact.data.part === 0
        ? `${fact.data.batch}/recorded`
        : `${fact.data.batch}/${fact.data.part}/${fact.data.attempt}/started`
    default:
      return null
  }
}

const decodeHead = Schema.decodeUnknown(Fold.HeadJson)

/** Where a pipeline stands, folded from its events. */
export const load = Effect.fnUntraced(function* (stream: string) {
  const store = yield* EventStore
  const { head, outboxAfter, version } = yield* store.standing(stream)
  const outbox = yield* Stream.runFold(store.read(stream, outboxAfter), Fold.emptyOutbox, Fold.evolveOutbox)
  const decoded =
    head === null
      ? Fold.emptyHead
      : yield* decodeHead(head).pipe(
          Effect.mapError(
            () =>
              new StoreError({
                reason: "Damaged",
                operation: "standing",
                detail: `the view of ${stream} does not read back`
              })
          )
        )
  return { version, head: decoded, outbox: HashMap.filter(outbox, ({ left }) => left > 0) }
})

/** Loads the pipeline's state. A run that a killed runner left open is ended as abandoned, and a sync begins at once. */
export const open = Effect.fnUntraced(function* (options: Options) {
  const { run, stream } = options
  const store = yield* EventStore
  const observer = yield* RunObserver
  const one = yield* Effect.makeSemaphore(1)
  // Where a run begins and ends is told of by the span of the run itself, wherever its first fact comes from.
  const own = yield* Trace.traceparent
  let tally = Tally.none
  let state: State = yield* load(stream)
  let started = false

  const append = Effect.fnUntraced(function* (
    facts: ReadonlyArray<Event.Fact>,
    owner: string,
    attachments?: Attachments
  ) {
    if (facts.length === 0) return
    const at = new Date(yield* Clock.currentTimeMillis).toISOString()
    const here = yield* Trace.traceparent
    const drafts = facts.map(
      (fact): Event.Draft => ({
        ...fact,
        id: idOf(stream, owner, fact, state.version),
        schema: Event.SCHEMA,
        at,
        run: owner,
        cause: causeOf(fact),
        trace: fact.type === "RunStarted" || fact.type === "RunEnded" ? own : here
      })
    )
    const events = yield* store.append(stream, state.version, drafts, attachments)
    state = {
      version: state.version + events.length,
      head: events.reduce(Fold.evolveHead, state.head),
      outbox: Fold.withoutDone(events.reduce(Fold.evolveOutbox, state.outbox), events)
    }
    tally = drafts.reduce(Tally.add, tally)
    if (state.head.run?.id === run) observer.counts(state.head.run.counts)
  })

  const begin = (beginning: Beginning): ReadonlyArray<Event.Fact> => {
    if (started) return []
    const { mode, trigger, versions } = options
    const data = {
      mode,
      trigger,
      cursor: state.head.cursor,
      outbox: Fold.pending(state.outbox),
      versions,
      ...(options.range !== undefined && { range: options.range }),
      ...beginning
    }
    return [{ type: "RunStarted", data }]
  }

  const locked = <E>(effect: Effect.Effect<void, E>) => Effect.uninterruptible(one.withPermits(1)(effect))

  const commit: PipelineLog["commit"] = (facts, attachments, beginning = {}) =>
    locked(
      Effect.suspend(() => append([...begin(beginning), ...facts], run, attachments)).pipe(
        Effect.tap(() => {
          started = true
        })
      )
    )

  const abandoned = state.head.run
  if (abandoned !== null) {
    const totals = abandoned.counts
    yield* append([{ type: "RunEnded", data: { outcome: "abandoned", error: null, totals } }], abandoned.id)
    // A replay begins with what it replays, which it has yet to find out.
    if (options.mode === "sync" || options.mode === "backfill") yield* commit([])
  }

  const log: PipelineLog = {
    stream,
    run,
    state: Effect.sync(() => state),
    commit,
    end: (outcome, error, warnings) =>
      locked(
        Effect.suspend(() => {
          if (state.head.run?.id !== run) return Effect.void
          const told = warnings.length === 0 ? {} : { warnings }
          const data = { outcome, error, totals: state.head.run.counts, ...told }
          return append([{ type: "RunEnded", data }], run)
        })
      ),
    counts: Effect.sync(() => (state.head.run?.id === run ? state.head.run.counts : null)),
    tally: Effect.sync(() => tally)
  }
  return log
})
