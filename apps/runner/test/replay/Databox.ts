// What the emulated Databox tells beside the API, for tests that look at the order of things or hold a runner at a request.
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { Ended } from "../support/Inlet.ts"
import type { World } from "../support/World.ts"

const ask = (url: string, init?: RequestInit) =>
  Effect.promise(async (): Promise<unknown> => (await fetch(url, init)).json())

const Applied = Schema.Struct({
  applied: Schema.Array(Schema.Struct({ dataset: Schema.String, key: Schema.String, version: Schema.Unknown }))
})
const Datasets = Schema.Struct({
  datasets: Schema.Array(Schema.Struct({ id: Schema.String, title: Schema.String }))
})
const Faults = Schema.Struct({ faults: Schema.Array(Schema.Struct({ fired: Schema.Number })) })

type Place = Pick<World, "databox">

/** Every row in the order in which it was applied; recorded with the behaviour `recordApplied`. */
export const applied = ({ databox }: Place) =>
  Effect.map(ask(`${databox.url}/_emulator/applied`), (text) => Schema.decodeUnknownSync(Applied)(text).applied)

/** No key was ever given an older version than it had. */
export const goesBack = (rows: Effect.Effect.Success<ReturnType<typeof applied>>): ReadonlyArray<string> => {
  const last = new Map<string, string>()
  return rows.flatMap(({ dataset, key, version }) => {
    const name = `${dataset} ${key}`
    const before = last.get(name) ?? ""
    last.set(name, String(version))
    return String(version) < before ? [`${key}: ${version} after ${before}`] : []
  })
}

/** Puts rows into a dataset that Inlet knows nothing of. */
export const putBeside = ({ databox }: Place, title: string, records: ReadonlyArray<object>) =>
  Effect.gen(function* () {
    const { datasets } = Schema.decodeUnknownSync(Datasets)(yield* ask(`${databox.url}/_emulator/datasets`))
    const id = datasets.find((one) => one.title === title)?.id
    yield* ask(`${databox.url}/v1/datasets/${id}/data`, {
      method: "POST",
      body: JSON.stringify({ records }),
      headers: { "content-type": "application/json", "x-api-key": databox.apiKey }
    })
  })

/** Waits until the armed fault has fired. */
const fired = ({ databox }: Place) =>
  Effect.gen(function* () {
    for (;;) {
      const { faults } = Schema.decodeUnknownSync(Faults)(yield* ask(`${databox.url}/_emulator/faults`))
      if (faults.some(({ fired }) => fired > 0)) return
    }
  })

/**
 * Runs a command until Databox holds it at a request: the n-th whose path matches, which is never answered. Then `meanwhile`,
 * then the runner is killed with SIGKILL.
 */
export const killedAt = <A, E, R>(
  it: World,
  args: ReadonlyArray<string>,
  hold: { readonly path: string; readonly nth?: number; readonly after?: boolean },
  meanwhile: Effect.Effect<A, E, R>
) =>
  Effect.gen(function* () {
    const { after = false, nth = 1, path } = hold
    yield* it.databoxFaults([{ match: { path, nth: [nth] }, action: { type: "hang", after } }])
    const dead = yield* Effect.raceFirst(
      Effect.map(it.run(args), ({ code, stdout }): Ended["stdout"] => `ended by itself with ${code}: ${stdout}`),
      Effect.as(Effect.zipRight(fired(it), meanwhile), "")
    )
    yield* it.databoxFaults([])
    if (dead !== "") return yield* Effect.dieMessage(dead)
  })
