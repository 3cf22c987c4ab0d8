// What the Databox emulator shows and takes over HTTP beside the API: its switches, and the rows that v1 cannot read back.
import * as Either from "effect/Either"
import * as Predicate from "effect/Predicate"
import * as Control from "./Control.ts"
import { Behaviour } from "./DataboxBehaviour.ts"
import type { Dataset, Ingestion, State } from "./DataboxState.ts"
import { json, type Reply, type Request } from "./Message.ts"

export interface Options {
  readonly state: () => State
  readonly behaviour: () => Behaviour
  readonly setBehaviour: (behaviour: Behaviour) => void
}

const decode = Control.decoder(Behaviour)
const iso = (millis: number) => new Date(millis).toISOString()

/** A non-negative number of the query, or what to take without one. */
const count = (query: URLSearchParams, name: string, absent: number): number => {
  const value = Number(query.get(name) ?? absent)
  return value >= 0 ? value : absent
}

const datasetFacts = ({ created, dataSource, id, primaryKeys, table, title }: Dataset) => ({
  id,
  title,
  dataSourceId: dataSource.id,
  created: iso(created),
  primaryKeys,
  columns: table.columns(),
  rowCount: table.rowCount()
})

const ingestionFacts = ({ dataset, digest, id, received, result, submitted }: Ingestion) => ({
  id,
  dataset: dataset.id,
  state: result === null ? "running" : result.failure === null ? "applied" : "failed",
  received,
  appended: result?.appended ?? 0,
  overwritten: result?.overwritten ?? 0,
  rejected: result?.rejected ?? 0,
  submitted: iso(submitted),
  applied: result === null ? null : iso(result.at),
  digest
})

const datasetNamed = (state: State, name: string): Dataset | undefined =>
  state.datasets.get(name) ?? [...state.datasets.values()].find(({ title }) => title === name)

const rows = (dataset: Dataset, request: Request): Reply => {
  const found = dataset.table.rows(count(request.query, "offset", 0), count(request.query, "limit", 1000))
  const headers = { "x-total-count": String(dataset.table.rowCount()) }
  return request.headers.accept === "application/x-ndjson"
    ? {
        status: 200,
        headers: { ...headers, "content-type": "application/x-ndjson" },
        body: found.map((row) => `${JSON.stringify(row)}\n`).join("")
      }
    : json(200, found, headers)
}

const missing = (path: string) => json(404, { errors: [{ path, message: "no such dataset" }] })

/**
 * Under /_emulator: `GET|PUT behaviour` (PUT changes the members it names), `GET data-sources`, `GET datasets`,
 * `GET datasets/{id or title}/rows` (`?offset&limit`, 1000 rows unless told; NDJSON for `Accept: application/x-ndjson`),
 * `GET ingestions` (`?dataset={id or title}`), `GET applied` (`?after=seq&limit`).
 */
export const make =
  ({ behaviour, setBehaviour, state }: Options) =>
  (request: Request): Reply | undefined => {
    const { body, method, path, query } = request
    switch (`${method} ${path}`) {
      case "GET /_emulator/behaviour":
        return json(200, behaviour())
      case "PUT /_emulator/behaviour":
        return Either.merge(
          Either.map(
            Either.flatMap(Control.parseJson(body), (patch) =>
              decode(Predicate.isRecord(patch) ? { ...behaviour(), ...patch } : patch)
            ),
            (changed) => {
              setBehaviour(changed)
              return json(200, changed)
            }
          )
        )
      case "GET /_emulator/data-sources":
        return json(200, {
          dataSources: [...state().dataSources.values()].map((one) => ({ ...one, created: iso(one.created) }))
        })
      case "GET /_emulator/datasets":
        return json(200, { datasets: [...state().datasets.values()].map(datasetFacts) })
      case "GET /_emulator/ingestions": {
        const name = query.get("dataset")
        const wanted = name === null ? [...state().datasets.values()] : [datasetNamed(state(), name)]
        const found = wanted.filter((dataset) => dataset !== undefined)
        if (found.length < wanted.length) return missing("dataset")
        return json(200, {
          ingestions: found.flatMap(({ ingestions }) => [...ingestions.values()].map(ingestionFacts))
        })
      }
      case "GET /_emulator/applied": {
        const { applied } = state()
        const after = count(query, "after", 0)
        const entries = applied.slice(after, after + count(query, "limit", applied.length))
        return json(200, { total: applied.length, applied: entries })
      }
    }
    const name = method === "GET" ? /^\/_emulator\/datasets\/([^/]+)\/rows$/.exec(path)?.[1] : undefined
    if (name === undefined) return undefined
    const dataset = datasetNamed(state(), decodeURIComponent(name))
    return dataset === undefined ? missing("dataset") : rows(dataset, request)
  }
