// Looks at what there is at Databox: whether the key is good, for which account, and what is known of datasets. Nothing is made
// or changed there, and nothing is asked twice.
import type * as HttpClient from "@effect/platform/HttpClient"
import type { Budget, Sink } from "@inlet/core"
import * as Effect from "effect/Effect"
import * as DataboxApi from "./DataboxApi.ts"
import * as DataboxClient from "./DataboxClient.ts"
import { type Options, resolve } from "./DataboxSink.ts"
import * as Provision from "./Provision.ts"

/** The account that rows go to. */
export interface Account {
  readonly id: DataboxApi.Id
  /** How many the key reaches. */
  readonly reached: number
}

/** A dataset that is there. */
export interface Found extends DataboxApi.Told {
  readonly id: string
}

export interface Inspection {
  /** Fails where the key is not good, or does not say which account is meant. */
  readonly account: Effect.Effect<Account, Sink.SinkError>
  /** Those of these titles that are there, by title. */
  readonly datasets: (
    account: Account,
    titles: ReadonlyArray<string>
  ) => Effect.Effect<ReadonlyMap<string, Found>, Sink.SinkError>
}

const NOTHING: DataboxApi.Told = { primaryKeys: null, columns: null }

export const make: (options: Options) => Effect.Effect<Inspection, never, HttpClient.HttpClient | Budget.Budget> =
  Effect.fnUntraced(function* (options) {
    const client = yield* DataboxClient.make(resolve(options))

    const account = Effect.gen(function* () {
      yield* client.attempt(DataboxApi.validateKey)
      const reached = yield* client.attempt(DataboxApi.accounts)
      return { id: yield* Provision.choose(reached, options.account), reached: reached.length }
    })

    const datasets: Inspection["datasets"] = Effect.fnUntraced(function* ({ id }, titles) {
      const titled = (all: ReadonlyArray<DataboxApi.Listed>, title: string) =>
        Provision.first(all.filter((one) => one.title === title))
      const found = new Map<string, Found>()
      const source = titled(yield* client.attempt(DataboxApi.dataSources(id)), options.dataSource)
      if (source === null) return found
      const all = yield* client.attempt(DataboxApi.datasets(source.id))
      let tells = true
      for (const title of titles) {
        const one = titled(all, title)
        if (one === null) continue
        const told: DataboxApi.Told = tells ? yield* client.attempt(DataboxApi.dataset(one.id)) : NOTHING
        tells = told.primaryKeys !== null || told.columns !== null
        found.set(title, { id: String(one.id), ...told })
      }
      return found
    })

    return { account, datasets }
  })
