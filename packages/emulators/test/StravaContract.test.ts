// Answers of the emulator, judged by the description of what Strava really sends. The description is not part of this
// project; where it is not at hand these tests are skipped.
import { existsSync, readFileSync } from "node:fs"
import { resolve } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Ajv } from "ajv"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import { start } from "./StravaClient.ts"

const description = resolve(import.meta.dirname, "../../../../shared/references/strava-openapi.observed.json")
const here = existsSync(description)

/** Swagger 2.0 says by a member of its own that null is allowed. */
const nullable = (_: string, value: unknown): unknown => {
  if (!Predicate.isRecord(value) || value["x-nullable"] !== true) return value
  const { "x-nullable": _gone, ...schema } = value
  return { anyOf: [schema, { type: "null" }] }
}

const judge = () => {
  const ajv = new Ajv({
    strict: false,
    allErrors: true,
    formats: { int64: true, float: true, double: true, "date-time": /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/ }
  })
  ajv.addSchema(JSON.parse(readFileSync(description, "utf8"), nullable), "strava")
  return (name: string, text: string): ReadonlyArray<string> => {
    const value: unknown = JSON.parse(text)
    const check = ajv.getSchema(`strava#/definitions/${name}`)
    if (check === undefined) return [`no ${name}`]
    return (Array.isArray(value) ? value : [value]).flatMap((one) =>
      check(one) ? [] : (check.errors ?? []).map(({ instancePath, message }) => `${name}${instancePath} ${message}`)
    )
  }
}

describe.skipIf(!here)(`what Strava really sends${here ? "" : " (its description is not at hand)"}`, () => {
  it.scoped("fits every answer", () =>
    Effect.gen(function* () {
      const strava = yield* start({ athletes: 4 })
      const faults = judge()
      // The judge tells right from wrong.
      assert.isNotEmpty(faults("SummaryActivity", '{"id":"x","gear_id":1,"start_latlng":["a"]}'))
      assert.isEmpty(faults("SummaryActivity", '{"id":1,"gear_id":null,"start_latlng":[]}'))
      yield* strava.control("POST", "advance", { days: 10 })
      for (const { id } of strava.athletes) {
        const { accessToken } = strava.tokens.issue({ athlete: id })
        for (const [name, target] of [
          ["SummaryActivity", `activities`],
          ["DetailedActivity", `details`],
          ["Lap", `laps`],
          ["DetailedGear", `gear`],
          ["ActivityStats", `stats`]
        ] as const) {
          const { text } = yield* strava.control("GET", `items?athlete=${id}&kind=${target}`)
          assert.isAbove(text.length, 200)
          assert.deepStrictEqual([...new Set(faults(name, text))], [])
        }
        const page = yield* strava.get("/athlete/activities?per_page=200", accessToken)
        assert.deepStrictEqual(faults("SummaryActivity", page.text), [])
        assert.deepStrictEqual(faults("DetailedAthlete", (yield* strava.get("/athlete", accessToken)).text), [])
      }
      const narrow = strava.tokens.issue({ scopes: ["read"] }).accessToken
      assert.deepStrictEqual(faults("SummaryAthlete", (yield* strava.get("/athlete", narrow)).text), [])
      for (const [target, token] of [
        ["/athlete", "none"],
        ["/athlete/activities", narrow],
        ["/athlete/activities?page=0", strava.token],
        ["/activities/1", strava.token]
      ] as const)
        assert.deepStrictEqual(faults("Fault", (yield* strava.get(target, token)).text), [])
    })
  )
})
