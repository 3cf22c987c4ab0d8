// Finds the data source and the datasets by their titles, or creates them, and never a second one: a creation has no
// idempotency key, so after any doubt the lists are looked at for as long as what was created may be missing from them.
import { type Contract, type Event, Sink } from "@inlet/core"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as SynchronizedRef from "effect/SynchronizedRef"
import * as DataboxApi from "./DataboxApi.ts"
import type { Client } from "./DataboxClient.ts"
import { wait } from "./Wait.ts"

export interface Options {
  readonly account: number | undefined
  /** Title of the data source. */
  readonly dataSource: string
  readonly timezone: string
  /** How long something created may be missing from the lists. */
  readonly visibility: Duration.Duration
}

type Listed = DataboxApi.Listed

const FIRST_LOOK = 500
const LOOK_EVERY = 5000

const age = ({ created }: Listed): number => {
  const millis = Date.parse(created ?? "")
  return Number.isNaN(millis) ? Number.POSITIVE_INFINITY : millis
}

/** The one that everybody takes: the oldest, then the smallest id. */
export const first = (all: ReadonlyArray<Listed>): Listed | null => {
  const [found] = all.toSorted((a, b) => {
    if (age(a) !== age(b)) return age(a) < age(b) ? -1 : 1
    // Numbers, even where they are written as texts, and UUIDs, which have one length.
    const [x, y] = [String(a.id), String(b.id)]
    return x.length - y.length || (x < y ? -1 : 1)
  })
  return found ?? null
}

const accountNeeded = (detail: string) =>
  new Sink.SinkError({
    kind: "permanent",
    concerns: "account",
    code: "account_needed",
    detail,
    status: null,
    requestId: null,
    retryAfter: null
  })

/** The account to use of those that the key reaches. */
export const choose = (
  reached: ReadonlyArray<DataboxApi.Id>,
  account: number | undefined
): Effect.Effect<DataboxApi.Id, Sink.SinkError> => {
  const ids = reached.join(", ")
  const [only, ...others] = reached
  if (only === undefined) return Effect.fail(accountNeeded("The Databox key reaches no account"))
  if (account !== undefined) {
    const chosen = reached.find((id) => String(id) === String(account))
    return chosen === undefined
      ? Effect.fail(accountNeeded(`The Databox key does not reach account ${account}; it reaches ${ids}`))
      : Effect.succeed(chosen)
  }
  return others.length === 0
    ? Effect.succeed(only)
    : Effect.fail(accountNeeded(`The Databox key reaches several accounts and none is chosen: ${ids}`))
}

const tell =
  (what: string) =>
  ({ made }: { readonly made: boolean }) =>
    made ? Effect.logInfo(`created ${what} at Databox`) : Effect.void

export const make = Effect.fnUntraced(function* (client: Client, options: Options) {
  const { account, timezone } = options
  const visibility = Duration.toMillis(options.visibility)

  /**
   * The titled one of a list, created where it is missing. `patient` when it may have been created unseen; `shared` when
   * others look for it as well, so that it has to be in the list before anyone relies on it.
   */
  const ensure = Effect.fnUntraced(function* (
    title: string,
    list: DataboxApi.Call<ReadonlyArray<Listed>>,
    creation: DataboxApi.Call<Listed>,
    { patient, shared }: { readonly patient: boolean; readonly shared: boolean }
  ) {
    const look = Effect.map(client.read(list), (all) => first(all.filter((one) => one.title === title)))

    const watch = Effect.gen(function* () {
      const end = (yield* Clock.currentTimeMillis) + visibility
      for (let pause = FIRST_LOOK; ; pause = Math.min(LOOK_EVERY, pause * 2)) {
        const found = yield* look
        const left = end - (yield* Clock.currentTimeMillis)
        if (found !== null || left <= 0) return found
        yield* wait({ kind: "settle", what: "creation to show up" }, Math.min(pause, left))
      }
    })

    const found = yield* patient ? watch : look
    if (found !== null) return { id: found.id, made: false }

    const create = Effect.gen(function* () {
      const made = yield* client.attempt(creation)
      yield* client.created(made.id)
      // Another machine may have been a moment earlier. What cannot be looked at now was created all the same.
      const twin = yield* Effect.catchTag(shared ? watch : look, "SinkError", () => Effect.succeed(null))
      return {
        id: ((twin === null ? null : first([made, twin])) ?? made).id,
        made: twin === null || twin.id === made.id
      }
    })

    return yield* create.pipe(
      Effect.catchTag("SinkError", (error) =>
        error.kind === "uncertain" || error.code === "duplicate_record"
          ? Effect.map(
              Effect.filterOrFail(
                watch,
                (seen) => seen !== null,
                () => error
              ),
              ({ id }) => ({ id, made: false })
            )
          : Effect.fail(error)
      ),
      // It would have shown up by now, so it was not taken.
      Effect.retry({ times: 1, while: ({ kind }) => kind === "uncertain" })
    )
  })

  const findDataSource = Effect.fnUntraced(function* (patient: boolean) {
    yield* client.read(DataboxApi.validateKey)
    const chosen = yield* choose(yield* client.read(DataboxApi.accounts), account)
    return yield* ensure(
      options.dataSource,
      DataboxApi.dataSources(chosen),
      DataboxApi.createDataSource(chosen, options.dataSource, timezone),
      { patient, shared: true }
    ).pipe(Effect.tap(tell("the data source")))
  })

  /** Found once for all datasets; whoever comes meanwhile waits for the same one. */
  const known = yield* SynchronizedRef.make<DataboxApi.Id | null>(null)
  const dataSource = (patient: boolean) =>
    SynchronizedRef.modifyEffect(known, (id) =>
      id === null
        ? Effect.map(findDataSource(patient), (found) => [found, found.id] as const)
        : Effect.succeed([{ id, made: false }, id] as const)
    )

  return Effect.fnUntraced(function* (
    { primaryKey, version }: Contract.Contract,
    title: string,
    { afterUnknown }: { readonly afterUnknown: boolean }
  ) {
    const { id: source, made } = yield* dataSource(afterUnknown)
    const { id } = yield* ensure(
      title,
      DataboxApi.datasets(source),
      DataboxApi.createDataset(source, title, primaryKey),
      // In a data source that is new, no dataset can have been created unseen.
      { patient: afterUnknown && !made, shared: false }
    ).pipe(
      Effect.tap(tell(`the dataset ${title}`)),
      // Somebody deleted the data source: the next call finds or creates another.
      Effect.tapError(({ code }) => (code === "not_found" ? SynchronizedRef.set(known, null) : Effect.void))
    )
    const dataset: Event.DatasetRef = {
      title,
      id: String(id),
      dataSource: String(source),
      contractVersion: version,
      api: DataboxApi.version
    }
    return dataset
  })
})
