// Which changes of a contract need a new version, one by one and for any contract at all.
import { assert, describe, it } from "@effect/vitest"
import { Compatibility, type Contract } from "@inlet/core"
import * as FastCheck from "effect/FastCheck"

const column = (name: string, more: Partial<Contract.Column> = {}): Contract.Column => ({
  name,
  type: "string",
  optional: false,
  from: name,
  meaning: "A column.",
  ...more
})

const contract: Contract.Contract = {
  stream: "rides",
  version: 2,
  primaryKey: ["ride_id"],
  time: "at",
  meaning: "Rides.",
  columns: [
    column("ride_id"),
    column("at", { type: "datetime" }),
    column("length", { type: "number", unit: "metres", optional: true }),
    column("rider", { personal: true })
  ]
}

const changed = (name: string, more: Partial<Contract.Column>): Contract.Contract => ({
  ...contract,
  columns: contract.columns.map((one) => (one.name === name ? { ...one, ...more } : one))
})

const without = (name: string): Contract.Contract => ({
  ...contract,
  columns: contract.columns.filter((one) => one.name !== name)
})

const withMore = (base: Contract.Contract, ...more: ReadonlyArray<Contract.Column>): Contract.Contract => ({
  ...base,
  columns: [...base.columns, ...more]
})

const { unit: _, ...unmeasured } = column("length", { type: "number", unit: "metres", optional: true })

const BREAKING: ReadonlyArray<readonly [string, Contract.Contract, Compatibility.Kind, RegExp]> = [
  ["a removed column", without("rider"), "column_removed", /^the column rider was removed$/],
  [
    "a renamed column",
    withMore(without("rider"), column("cyclist", { from: "rider", optional: true })),
    "column_removed",
    /^the column rider was renamed to cyclist$/
  ],
  ["another type", changed("length", { type: "string" }), "column_retyped", /length changed from number to string/],
  ["another unit", changed("length", { unit: "feet" }), "unit_changed", /length changed from metres to feet/],
  ["a unit taken back", withMore(without("length"), unmeasured), "unit_changed", /from metres to none/],
  ["another key", { ...contract, primaryKey: ["ride_id", "at"] }, "key_changed", /from ride_id to ride_id, at/],
  ["a key that may lack", changed("ride_id", { optional: true }), "key_optional", /key column ride_id became optional/],
  ["another time column", { ...contract, time: "other" }, "time_changed", /from at to other/],
  ["a time that may lack", changed("at", { optional: true }), "time_optional", /time column at became optional/],
  [
    "an optional column that is required",
    changed("length", { optional: false }),
    "column_required",
    /length is no longer/
  ],
  ["a new required column", withMore(contract, column("bike")), "required_column_added", /the new column bike is not/],
  ["a version that went back", { ...contract, version: 1 }, "version_lowered", /version 1 comes after version 2/]
]

const COMPATIBLE: ReadonlyArray<readonly [string, Contract.Contract]> = [
  ["nothing", contract],
  ["a new optional column", withMore(contract, column("bike", { optional: true }))],
  ["a required column that may lack", changed("rider", { optional: true })],
  ["another path and meaning", changed("rider", { from: "athlete.name", meaning: "Who rode." })],
  ["a unit written down", changed("rider", { unit: "name" })],
  ["columns in another order", { ...contract, columns: contract.columns.toReversed() }],
  [
    "what describes the whole",
    { ...contract, meaning: "All rides.", cost: "One request.", gaps: ["Walks."], recipes: [] }
  ]
]

describe("a contract", () => {
  for (const [what, newer, kind, message] of BREAKING) {
    it(`is broken by ${what}, within a version`, () => {
      const [problem, ...more] = Compatibility.between(contract, newer)
      assert.isEmpty(more)
      assert.strictEqual(problem?.kind, kind)
      assert.match(problem?.message ?? "", message)
      const next = { ...newer, version: 3 }
      assert.isEmpty(Compatibility.between(contract, next))
    })
  }

  for (const [what, newer] of COMPATIBLE) {
    it(`is not broken by ${what}`, () => assert.isEmpty(Compatibility.between(contract, newer)))
  }
})

const types = FastCheck.constantFrom<Contract.ColumnType[]>("string", "number", "datetime")

const columns = FastCheck.uniqueArray(
  FastCheck.record({
    name: FastCheck.stringMatching(/^[a-z][a-z0-9_]{0,5}$/),
    type: types,
    optional: FastCheck.boolean(),
    from: FastCheck.string({ minLength: 1 }),
    meaning: FastCheck.string()
  }),
  { selector: ({ name }) => name, maxLength: 8 }
)

const contracts = FastCheck.record({ columns, version: FastCheck.integer({ min: 1, max: 9 }) }).map(
  ({ columns, version }): Contract.Contract => ({
    ...contract,
    version,
    primaryKey: ["key"],
    time: "key",
    columns: [column("key", { type: "datetime" }), ...columns.filter(({ name }) => name !== "key")]
  })
)

const which = FastCheck.nat()

/** Changes that may be made without a new version. */
const gentle: ReadonlyArray<(contract: Contract.Contract, at: number) => Contract.Contract> = [
  (contract, at) => withMore(contract, column(`added_${contract.columns.length}_${at}`, { optional: true })),
  (contract, at) => ({
    ...contract,
    columns: contract.columns.map((one, index) => (index > 0 && index === at ? { ...one, optional: true } : one))
  }),
  (contract) => ({ ...contract, meaning: `${contract.meaning} More of it.` }),
  (contract, at) => ({
    ...contract,
    columns: contract.columns.map((one, index) => (index === at ? { ...one, unit: one.unit ?? "count" } : one))
  })
]

describe("any contract", () => {
  it("takes any row of gentle changes, from each to each later one", () => {
    const changes = FastCheck.array(FastCheck.tuple(FastCheck.nat(gentle.length - 1), FastCheck.nat(8)), {
      maxLength: 8
    })
    FastCheck.assert(
      FastCheck.property(contracts, changes, (first, changes) => {
        const all = [first]
        for (const [change, at] of changes) {
          const last = all.at(-1) ?? first
          all.push(gentle[change]?.(last, at) ?? last)
        }
        all.forEach((older, index) => {
          for (const newer of all.slice(index)) assert.deepStrictEqual(Compatibility.between(older, newer), [])
        })
      }),
      { seed: 7 }
    )
  })

  it("misses each column that is taken away, and each that is demanded anew", () => {
    FastCheck.assert(
      FastCheck.property(contracts, which, (contract, which) => {
        const at = which % contract.columns.length
        const { name = "", optional } = contract.columns[at] ?? {}
        const fewer = { ...contract, columns: contract.columns.toSpliced(at, 1) }
        assert.deepStrictEqual(
          Compatibility.between(contract, fewer).map(({ column, kind }) => [column, kind]),
          [[name, "column_removed"]]
        )
        assert.deepStrictEqual(
          Compatibility.between(fewer, contract).map(({ kind }) => kind),
          optional === true ? [] : ["required_column_added"]
        )
      }),
      { seed: 7 }
    )
  })

  it("never takes another type", () => {
    FastCheck.assert(
      FastCheck.property(contracts, which, types, (contract, which, type) => {
        const at = which % contract.columns.length
        const before = contract.columns[at]
        FastCheck.pre(before !== undefined && before.type !== type)
        const after = {
          ...contract,
          columns: contract.columns.map((one, index) => (index === at ? { ...one, type } : one))
        }
        assert.deepStrictEqual(
          Compatibility.between(contract, after).map(({ kind }) => kind),
          ["column_retyped"]
        )
      }),
      { seed: 7 }
    )
  })

  it("goes forward in versions, and only forward", () => {
    FastCheck.assert(
      FastCheck.property(contracts, contracts, (older, newer) => {
        FastCheck.pre(older.version !== newer.version)
        assert.strictEqual(Compatibility.between(older, newer).length, older.version < newer.version ? 0 : 1)
      }),
      { seed: 7 }
    )
  })
})
