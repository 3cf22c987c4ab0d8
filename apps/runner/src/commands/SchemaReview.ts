// Where the folder of written contracts and what the connectors define differ. Pure but for the reading.
import { Compatibility, Contract, Recipes } from "@inlet/core"
import { Contracts } from "@inlet/sdk"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Entry } from "./SchemaContracts.ts"
import { type Held, HISTORY, type Released, read } from "./SchemaFolder.ts"
import type { Kind, Problem } from "./SchemaProblems.ts"

/** Where a folder and contracts differ. */
export interface Review {
  readonly problems: ReadonlyArray<Problem>
  /** Texts to write, by their paths. */
  readonly writes: ReadonlyMap<string, string>
  /** Files of datasets and metrics that are gone. */
  readonly removals: ReadonlyArray<string>
  /** Datasets that are gone: their history stays. */
  readonly gone: ReadonlyArray<string>
}

/** What is wrong with a contract itself: with its recipes, and with what it makes of the version before. */
const contractProblems = (
  name: string,
  contract: Contract.Contract,
  history: ReadonlyArray<Released>
): ReadonlyArray<Problem> => {
  const dataset = Contract.title(name, contract)
  const tell = <P extends { readonly message: string }>({ message, ...problem }: P) => ({
    ...problem,
    message: `${name}/${contract.stream}: ${message}`
  })
  const newest = history.findLast((one) => one.name === name && one.stream === contract.stream)
  const broken = Option.match(newest?.contract ?? Option.none(), {
    onNone: () => [],
    onSome: (older) => Compatibility.between(older, contract)
  })
  return [
    ...broken.map((problem): Problem => ({ dataset, ...tell(problem) })),
    ...Recipes.problems(contract).map(
      ({ column, message }): Problem => ({
        dataset,
        kind: "recipe_wrong",
        ...(column !== undefined && { column }),
        ...tell({ message })
      })
    )
  ]
}

/** The title of a dataset that may be gone, as far as its history tells. */
const released = ({ contract, name, stream }: Released): string =>
  Option.match(contract, { onNone: () => `${name}_${stream}`, onSome: (contract) => Contract.title(name, contract) })

const damage = (one: Released): ReadonlyArray<Problem> => {
  const { contract, file } = one
  if (Option.isSome(contract)) return []
  return [{ dataset: released(one), file, kind: "history_damaged", message: `${file} holds no such contract` }]
}

/** What of files is not as it should be; `titles` has the datasets by their paths. */
const fileProblems = (review: Pick<Review, "removals" | "writes">, held: Held, titles: ReadonlyMap<string, string>) => {
  const tell = (file: string, kind: Kind, what: string): Problem => {
    const dataset = file.replace(/^history\//, "").replace(/(\.v\d+)?\.(json|md)$/, "")
    return { dataset: titles.get(dataset) ?? null, file, kind, message: `${file} ${what}` }
  }
  return [
    ...[...review.writes.keys()].map((file) =>
      held.texts.has(file)
        ? tell(file, "file_stale", "is not what the connector defines")
        : tell(file, "file_missing", "is missing")
    ),
    ...review.removals.map((file) => tell(file, "file_left", "is left of what is gone"))
  ]
}

const review = (entries: ReadonlyArray<Entry>, expected: ReadonlyMap<string, string>, held: Held): Review => {
  const { history, texts } = held
  const titles = new Map<string, string>(
    entries.flatMap(({ contracts, name }) =>
      contracts.map((contract) => [`${name}/${contract.stream}`, Contract.title(name, contract)])
    )
  )
  const gone = new Map<string, string>(
    history
      .filter(({ name, stream }) => !titles.has(`${name}/${stream}`))
      .map((one) => [`${one.name}/${one.stream}`, released(one)])
  )
  const writes = new Map([...expected].filter(([file, text]) => texts.get(file) !== text))
  const removals = [...texts.keys()].filter((file) => !expected.has(file) && !file.startsWith(`${HISTORY}/`))
  const broken = [
    ...entries.flatMap(({ contracts, name }) =>
      contracts.flatMap((contract) => contractProblems(name, contract, history))
    ),
    ...history.flatMap(damage),
    ...[...gone].map(([dataset, title]): Problem => {
      const message = `${dataset} was released and is gone; its history is in ${HISTORY}/${dataset}.v*.json`
      return { dataset: title, kind: "stream_gone", message }
    })
  ]
  const files = fileProblems({ removals, writes }, held, new Map([...titles, ...gone]))
  // Files of a dataset that is broken cannot be right: what is said of it is enough.
  const others = files.filter(
    (file) => file.dataset === null || !broken.some(({ dataset }) => dataset === file.dataset)
  )
  return { problems: [...broken, ...others], writes, removals, gone: [...gone.keys()] }
}

/** Compares a folder with what these contracts make of it. */
export const compare = Effect.fnUntraced(function* (folder: string, entries: ReadonlyArray<Entry>) {
  const expected = Contracts.files(entries)
  return review(entries, expected, yield* read(folder, expected.keys()))
})
