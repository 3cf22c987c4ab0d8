// What is suggested, and which answers are refused.
import { assert, describe, it } from "@effect/vitest"
import { type Answers, complete, type Key, problem, suggested } from "@inlet/create-connector"
import * as Effect from "effect/Effect"

const REFUSED: ReadonlyArray<readonly [Key, string, said: string]> = [
  ["name", "Inlet Connector", "takes a name that npm does"],
  ["name", "_private", "takes a name that npm does"],
  ["name", "@acme/", "takes a name that npm does"],
  ["name", "a".repeat(215), "takes a name that npm does"],
  ["service", 'Acme"; import "x', "takes a name of at most 60"],
  ["service", "", "takes a name of at most 60"],
  ["baseUrl", "http://api.example.com", "takes an address such as"],
  ["baseUrl", "https://somebody:password@api.example.com", "without credentials"],
  ["baseUrl", "api.example.com", "takes an address such as"],
  ["auth", "other", "takes one of none, bearer, header, basic, oauth2"],
  ["pages", "scroll", "takes one of link, page, offset, cursor, single"],
  ["stream", "pullRequests", "takes a name in lower snake case"]
]

const SUGGESTED: ReadonlyArray<readonly [Partial<Answers>, Partial<Answers>]> = [
  [{}, { service: "Example", name: "inlet-connector-example", baseUrl: "https://api.example.com" }],
  [{ service: "Café Ünter" }, { name: "inlet-connector-cafe-unter", baseUrl: "https://api.cafeunter.com" }],
  [{ name: "@acme/inlet-connector-time-sheet" }, { service: "Time Sheet", baseUrl: "https://api.timesheet.com" }],
  [{ name: "tasks" }, { service: "Tasks" }]
]

describe("answers", () => {
  for (const [key, written, said] of REFUSED) {
    it(`refuse as ${key}: ${written.slice(0, 30)}`, () => assert.include(problem(key, written), said))
  }

  it("take names with and without a scope, and a server on this computer", () => {
    for (const name of ["inlet-connector-tasks", "@acme/tasks.v2"]) assert.isUndefined(problem("name", name))
    assert.isUndefined(problem("baseUrl", "http://127.0.0.1:4747/v1"))
  })

  for (const [given, expected] of SUGGESTED) {
    it.effect(`are suggested for ${JSON.stringify(given)}`, () =>
      Effect.gen(function* () {
        assert.deepInclude(yield* complete(given, suggested), { ...given, ...expected })
      })
    )
  }

  it.effect("name the option that is wrong", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(complete({ baseUrl: "nowhere" }, suggested))
      assert.include(error.detail, "--base-url takes an address")
    })
  )
})
