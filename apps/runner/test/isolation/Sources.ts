// A world with sources of made-up connectors: each of them has the same 150 items, under keys of its own.
import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { applied } from "../replay/Databox.ts"
import { link } from "../support/Cycling.ts"
import { world } from "../support/World.ts"
import { FAULTS, type Fault, install, keysOf } from "./Faulty.ts"

/** The token of every source. */
export const SECRET = "bad_canary_0c4e7b21"

export interface Around {
  readonly elsewhere: string
  readonly silence: string
}

/** A source for each connector, by its name. */
export const configured = (faults: Readonly<Record<string, Fault>>, { elsewhere, silence }: Around) =>
  Effect.gen(function* () {
    const it = yield* world({
      databox: { behaviour: { rateLimit: null, recordApplied: true } },
      env: { TOKEN: SECRET }
    })
    const names = Object.keys(faults)
    yield* link(it.cwd)
    yield* Effect.forEach(Object.entries(faults), ([name, fault]) => install(it.cwd, name, fault, elsewhere))
    const sources = names.map((name) => `  ${name}: { connector: ./${name}, config: { token: "\${TOKEN}" } }\n`)
    yield* it.write(
      "inlet.yaml",
      `databox:
  apiKey: \${DATABOX_API_KEY}
  baseUrl: ${it.databox.url}
  settle: 1s
  limits: { records: 100, bytes: 8MB, perSecond: 10000, perHour: 10000000 }
connectors: { memory: 256MB, silence: ${silence} }
sources:
${sources.join("")}`
    )
    return {
      ...it,
      mend: (name: string) => install(it.cwd, name, FAULTS.healthy),
      /** All rows of a source are at Databox, and each was applied once. */
      complete: Effect.fnUntraced(function* (source: string) {
        const expected = keysOf(source).toSorted()
        const rows = yield* it.rows(`${source}_items`)
        assert.deepStrictEqual([...rows.keys()].toSorted(), expected)
        const own = new RegExp(`^"${source}-\\d+-\\d+"$`)
        const times = (yield* applied(it)).map(({ key }) => key).filter((key) => own.test(key))
        assert.deepStrictEqual(
          times.toSorted(),
          expected.map((key) => JSON.stringify(key))
        )
      })
    }
  })
