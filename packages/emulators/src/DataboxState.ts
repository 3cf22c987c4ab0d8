// Everything the emulated service knows: data sources, datasets, ingestions and the log of row applications.
// Time is an argument: an ingestion is applied when somebody looks after its due time, in order of due times, which
// nobody outside can tell from a timer.
import { createHash, randomUUID } from "node:crypto"
import { PCGRandom } from "effect/Utils"
import { type Behaviour, matches } from "./DataboxBehaviour.ts"
import type { DataRecord } from "./DataboxRow.ts"
import * as Table from "./DataboxTable.ts"

export interface Account {
  readonly id: number
  readonly name: string
  readonly accountType: "organization" | "agency" | "client"
}

export interface DataSource {
  readonly id: number
  readonly accountId: number
  readonly title: string
  readonly timezone: string
  readonly key: string
  readonly created: number
}

export interface Dataset {
  readonly id: string
  readonly dataSource: DataSource
  readonly title: string
  readonly primaryKeys: ReadonlyArray<string>
  readonly created: number
  readonly table: Table.Table
  /** By id, in order of submission. */
  readonly ingestions: Map<string, Ingestion>
}

export interface Ingestion {
  readonly id: string
  readonly dataset: Dataset
  readonly submitted: number
  readonly received: number
  /** SHA-256 of the request body, in hex. */
  readonly digest: string
  /** Null while it runs. */
  result: (Table.Outcome & { readonly at: number }) | null
}

export interface Applied {
  readonly seq: number
  readonly dataset: string
  readonly ingestion: string
  /** JSON text of the key value, of the array of key values, or a running number in a dataset without keys. */
  readonly key: string
  readonly version: unknown
}

export interface Submission {
  readonly records: ReadonlyArray<DataRecord>
  readonly body: string
  /** In force for this ingestion to its end. */
  readonly behaviour: Behaviour
}

interface Pending extends Pick<Submission, "records" | "behaviour"> {
  readonly ingestion: Ingestion
  readonly due: number
  readonly failure: Table.Failure | null
}

export interface State {
  readonly accounts: ReadonlyArray<Account>
  readonly dataSources: ReadonlyMap<number, DataSource>
  readonly datasets: ReadonlyMap<string, Dataset>
  readonly applied: ReadonlyArray<Applied>
  readonly addDataSource: (source: Omit<DataSource, "id">) => DataSource
  /** Takes its datasets with it. */
  readonly removeDataSource: (id: number) => void
  readonly addDataset: (
    dataset: Pick<Dataset, "dataSource" | "title" | "primaryKeys" | "created">,
    columns: ReadonlyArray<Table.Column>
  ) => Dataset
  readonly removeDataset: (id: string) => void
  readonly submit: (dataset: Dataset, submission: Submission, now: number) => Ingestion
  /** Applies every ingestion whose time has come. */
  readonly settle: (now: number) => void
}

const plannedFailure = (
  plan: Behaviour["failIngestions"],
  nth: number,
  records: ReadonlyArray<DataRecord>
): boolean => {
  if (typeof plan === "string") return plan === "all"
  return "every" in plan ? nth % plan.every === 0 : records.some((record) => matches(plan.rows, record))
}

export const make = (accounts: ReadonlyArray<Account>): State => {
  let dice = { seed: 0, random: new PCGRandom(0) }
  const dataSources = new Map<number, DataSource>()
  const datasets = new Map<string, Dataset>()
  const applied: Array<Applied> = []
  let pending: Array<Pending> = []
  let nextDataSource = 4_700_001
  let submissions = 0

  const jitter = ({ jitterMillis, seed }: Behaviour): number => {
    if (dice.seed !== seed) dice = { seed, random: new PCGRandom(seed) }
    return jitterMillis === 0 ? 0 : dice.random.integer(jitterMillis + 1)
  }

  const apply = ({ behaviour, due, failure, ingestion, records }: Pending) => {
    const { dataset } = ingestion
    const log = (key: string, record: DataRecord) => {
      const version = record[behaviour.versionColumn] ?? null
      applied.push({ seq: applied.length + 1, dataset: dataset.id, ingestion: ingestion.id, key, version })
    }
    const outcome =
      failure === null
        ? dataset.table.apply(records, behaviour, behaviour.recordApplied ? log : undefined)
        : Table.failed(failure, records.length)
    ingestion.result = { ...outcome, at: due }
  }

  return {
    accounts,
    dataSources,
    datasets,
    applied,
    addDataSource: (source) => {
      const added = { id: nextDataSource++, ...source }
      dataSources.set(added.id, added)
      return added
    },
    removeDataSource: (id) => {
      dataSources.delete(id)
      for (const dataset of datasets.values()) if (dataset.dataSource.id === id) datasets.delete(dataset.id)
    },
    addDataset: (dataset, columns) => {
      const table = Table.make(dataset.primaryKeys, columns)
      const added: Dataset = { id: randomUUID(), ...dataset, table, ingestions: new Map() }
      datasets.set(added.id, added)
      return added
    },
    removeDataset: (id) => {
      datasets.delete(id)
    },
    submit: (dataset, { behaviour, body, records }, now) => {
      const digest = createHash("sha256").update(body).digest("hex")
      const ingestion: Ingestion = {
        id: randomUUID(),
        dataset,
        submitted: now,
        received: records.length,
        digest,
        result: null
      }
      dataset.ingestions.set(ingestion.id, ingestion)
      const failure = plannedFailure(behaviour.failIngestions, ++submissions, records)
        ? ({ code: "processing_failed", message: "The ingestion failed while it was processed" } as const)
        : null
      pending.push({ ingestion, records, behaviour, failure, due: now + behaviour.processMillis + jitter(behaviour) })
      return ingestion
    },
    settle: (now) => {
      const ready = pending.filter(({ due }) => due <= now)
      if (ready.length === 0) return
      pending = pending.filter(({ due }) => due > now)
      // The sort is stable: ingestions due at the same time are applied as they came.
      for (const one of ready.sort((a, b) => a.due - b.due)) if (datasets.has(one.ingestion.dataset.id)) apply(one)
    }
  }
}
