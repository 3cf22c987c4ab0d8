// Columns and the mapping of records: what each kind takes, what it refuses, and what a definition may not be.

import { assert, describe, it } from "@effect/vitest"
import { Contract } from "@inlet/core"
import * as FastCheck from "effect/FastCheck"
import * as Schema from "effect/Schema"
import { Column, Dataset } from "../src/index.ts"

const meaning = "x"
const options = { meaning, optional: true } as const

const Upper = Schema.transform(Schema.String, Schema.String, {
  strict: true,
  decode: (text) => text.toUpperCase(),
  encode: (text) => text.toLowerCase()
})
const Length = Schema.transform(Schema.Array(Schema.Unknown), Schema.Number, {
  strict: true,
  decode: (list) => list.length,
  encode: (length) => Array.from({ length })
})

/** A dataset with one more column, `it`. */
const withColumn = (column: Column.Any) =>
  Dataset.make(
    { stream: "things", version: 1, primaryKey: "thing_id", time: "at", meaning },
    { thing_id: Column.id("id", { meaning }), at: Column.timestamp("at", { meaning }), it: column }
  )

const outcome = (column: Column.Any, value: unknown) => {
  const mapped = withColumn(column).map({ id: 1, at: "2026-01-31T00:00:00Z", v: value })
  return mapped._tag === "Row" ? mapped.row.it : mapped.rejection
}
const refused = (code: string, path = "v") => ({ code, path })

const big = 2 ** 53

describe("kinds of columns", () => {
  const cases: ReadonlyArray<readonly [string, Column.Any, ReadonlyArray<readonly [unknown, unknown]>]> = [
    [
      "id",
      Column.id("v", options),
      [
        ["a-1", "a-1"],
        [17, "17"],
        [big - 1, "9007199254740991"],
        [big, refused("out_of_range")],
        [1.5, refused("not_an_integer")],
        [true, refused("wrong_type")],
        [{}, refused("wrong_type")]
      ]
    ],
    [
      "text",
      Column.text("v", options),
      [
        ["ä\u0000", "ä\u0000"],
        ["", ""],
        [1, refused("wrong_type")],
        [["a"], refused("wrong_type")]
      ]
    ],
    [
      "integer",
      Column.integer("v", options),
      [
        [-3, -3],
        [1 - big, 1 - big],
        [big, refused("out_of_range")],
        [0.5, refused("not_an_integer")],
        [Number.POSITIVE_INFINITY, refused("not_an_integer")],
        ["3", refused("wrong_type")]
      ]
    ],
    [
      "number",
      Column.number("v", options),
      [
        [0.5, 0.5],
        [-big, -big],
        [big * 2, refused("out_of_range")],
        [Number.POSITIVE_INFINITY, refused("out_of_range")],
        [Number.NaN, refused("out_of_range")],
        ["0.5", refused("wrong_type")]
      ]
    ],
    [
      "timestamp",
      Column.timestamp("v", options),
      [
        ["2024-02-29T23:59:59Z", "2024-02-29T23:59:59.000Z"],
        ["2026-01-31T01:30:00.25+02:00", "2026-01-30T23:30:00.250Z"],
        ["2026-01-31T01:30-0100", "2026-01-31T02:30:00.000Z"],
        ["2026-01-31T01:30:00.1234567Z", "2026-01-31T01:30:00.123Z"],
        ["2025-02-29T00:00:00Z", refused("not_a_time")],
        ["2026-04-31T00:00:00.000+01:00", refused("not_a_time")],
        ["2026-01-31T25:00:00Z", refused("not_a_time")],
        ["2026-13-01T00:00:00Z", refused("not_a_time")],
        ["2026-01-00T00:00:00Z", refused("not_a_time")],
        ["2026-01-31T00:00:00", refused("not_a_time")],
        ["2026-01-31", refused("not_a_time")],
        ["1.5", refused("not_a_time")],
        ["", refused("not_a_time")],
        [1769817600, refused("wrong_type")]
      ]
    ],
    [
      "day",
      Column.day("v", options),
      [
        ["2024-02-29", "2024-02-29"],
        ["2025-02-29", refused("not_a_day")],
        ["2026-00-10", refused("not_a_day")],
        ["2026-01-31T00:00:00Z", refused("not_a_day")],
        [20260131, refused("wrong_type")]
      ]
    ],
    [
      "flag",
      Column.flag("v", options),
      [
        [true, 1],
        [false, 0],
        [1, refused("wrong_type")],
        ["true", refused("wrong_type")]
      ]
    ],
    [
      "present",
      Column.present("v", { meaning }),
      [
        ["2026-01-31T00:00:00Z", 1],
        [false, 1],
        [null, 0],
        [undefined, 0]
      ]
    ],
    [
      "count",
      Column.count("v", options),
      [
        [[], 0],
        [[null, {}], 2],
        [{ length: 2 }, refused("wrong_type")]
      ]
    ],
    [
      "joined",
      Column.joined("v", { ...options, member: "name" }),
      [
        [[], ""],
        [[{ name: "bug" }, "help", null, { name: null }, {}], "bug, help"],
        [[{ name: 1 }], refused("wrong_type")],
        ["bug", refused("wrong_type")]
      ]
    ],
    [
      "textOf",
      Column.textOf("v", Upper, options),
      [
        ["a", "A"],
        [1, refused("wrong_type")]
      ]
    ],
    [
      "numberOf",
      Column.numberOf("v", Length, options),
      [
        [[1, 2], 2],
        [2, refused("wrong_type")]
      ]
    ]
  ]

  for (const [kind, column, examples] of cases) {
    it(kind, () => {
      for (const [value, expected] of examples) assert.deepStrictEqual(outcome(column, value), expected, String(value))
    })
  }

  it("are Schemas that decode what the mapping decodes", () => {
    for (const [kind, column, examples] of cases) {
      const decode = Schema.decodeUnknownOption(column)
      for (const [value, expected] of examples) {
        const decoded = decode(value)
        // `present` alone makes something of a value that is not there, which a Schema never sees.
        if (value === null || value === undefined) continue
        assert.deepStrictEqual(
          decoded._tag === "Some" ? decoded.value : "refused",
          typeof expected === "object" ? "refused" : expected,
          kind
        )
      }
    }
  })
})

describe("absent values", () => {
  const nested = (optional: boolean) => Column.text("user.contact.mail", { meaning, optional })
  const at = (record: object, column: Column.Any) =>
    withColumn(column).map({ id: 1, at: "2026-01-31T00:00:00Z", ...record })
  const holes = [{}, { user: null }, { user: {} }, { user: { contact: null } }, { user: { contact: { mail: null } } }]

  it("are left out of an optional column", () => {
    for (const hole of holes) {
      const mapped = at(hole, nested(true))
      assert.deepStrictEqual(mapped, { _tag: "Row", row: { thing_id: "1", at: "2026-01-31T00:00:00.000Z" } })
    }
  })

  it("reject the record otherwise, with the path and the key", () => {
    for (const hole of holes) {
      assert.deepStrictEqual(at(hole, nested(false)), {
        _tag: "Rejected",
        rejection: { code: "missing", path: "user.contact.mail" },
        key: '["1"]'
      })
    }
  })

  it("are not what a value without members on the way is", () => {
    for (const user of ["bob", 3, true, [1]]) {
      const mapped = at({ user }, nested(true))
      assert.deepStrictEqual(mapped._tag === "Rejected" && mapped.rejection.code, "wrong_type")
    }
  })
})

describe("keys", () => {
  const dataset = Dataset.make(
    { stream: "days", version: 2, primaryKey: ["thing_id", "day"], time: "day", meaning },
    {
      thing_id: Column.id("id", { meaning }),
      day: Column.day("day", { meaning }),
      size: Column.integer("size", { meaning })
    }
  )

  it("may consist of several columns", () => {
    const mapped = dataset.map({ id: 5, day: "2026-01-31", size: "many" })
    assert.deepStrictEqual(mapped._tag === "Rejected" && mapped.key, '["5","2026-01-31"]')
  })

  it("reject a record that lacks one, or has an empty one", () => {
    for (const [id, code] of [
      [undefined, "missing"],
      [null, "missing"],
      ["", "empty"],
      [{}, "wrong_type"]
    ] as const) {
      assert.deepStrictEqual(dataset.map({ id, day: "2026-01-31", size: 1 }), {
        _tag: "Rejected",
        rejection: { code, path: "id" },
        key: null
      })
    }
  })

  it("are unknown where there is no record", () => {
    for (const record of [null, undefined, "text", 7, [{}]]) {
      assert.deepStrictEqual(dataset.map(record), {
        _tag: "Rejected",
        rejection: { code: "wrong_type", path: "" },
        key: null
      })
    }
  })
})

describe("a definition", () => {
  const columns = { thing_id: Column.id("id", { meaning }), at: Column.timestamp("at", { meaning }) }
  const facts = { stream: "things", version: 1, primaryKey: "thing_id", time: "at", meaning } as const

  it("gives a contract", () => {
    const dataset = Dataset.make(facts, {
      ...columns,
      speed: Column.number("track.speed", {
        meaning: "How fast.",
        unit: "metres/second",
        optional: true,
        personal: true
      })
    })
    assert.deepStrictEqual(Schema.decodeUnknownSync(Contract.Contract)(dataset.contract), {
      stream: "things",
      version: 1,
      primaryKey: ["thing_id"],
      time: "at",
      meaning,
      columns: [
        { name: "thing_id", type: "string", optional: false, from: "id", meaning },
        { name: "at", type: "datetime", optional: false, from: "at", meaning },
        {
          name: "speed",
          type: "number",
          optional: true,
          from: "track.speed",
          meaning: "How fast.",
          unit: "metres/second",
          personal: true
        }
      ]
    })
  })

  it("gives the type of its rows", () => {
    const dataset = Dataset.make(facts, { ...columns, locked: Column.flag("locked", { meaning, optional: true }) })
    const row: Dataset.RowOf<typeof dataset.columns> = { thing_id: "1", at: "2026-01-31T00:00:00.000Z" }
    // @ts-expect-error a flag is 0 or 1
    const wrong: typeof row = { ...row, locked: true }
    // @ts-expect-error the key is not optional
    const keyless: typeof row = { at: row.at }
    assert.strictEqual(wrong.thing_id, row.thing_id)
    assert.strictEqual(keyless.at, row.at)
  })

  const text = Column.text("text", { meaning })
  const many = Object.fromEntries(Array.from({ length: 99 }, (_, index) => [`column_${index}`, text]))
  // As a connector in plain JavaScript could call it.
  const loosely = (changed: object, more: Dataset.Columns = {}) => {
    const all: Dataset.Columns = { ...columns, ...more }
    return () => Dataset.make({ ...facts, ...changed }, all)
  }
  const wrong: ReadonlyArray<readonly [() => unknown, RegExp]> = [
    [loosely({ primaryKey: ["thing_id", "other"] }), /dataset things: the key column other is not defined/],
    [
      loosely({ primaryKey: "maybe" }, { maybe: Column.text("maybe", { meaning, optional: true }) }),
      /the key column maybe is optional/
    ],
    [loosely({ time: "none" }), /the time column none is not defined/],
    [loosely({ time: "thing_id" }), /the time column thing_id is optional or no time/],
    [loosely({ time: "last" }, { last: Column.timestamp("last", { meaning, optional: true }) }), /optional or no time/],
    [loosely({ stream: "My things" }), /the stream's name is not in lower snake case/],
    [loosely({ version: 0 }), /0 is no version/],
    [loosely({}, { camelCase: text }), /the column name camelCase is not in lower snake case/],
    [loosely({}, { text: Column.text("a..b", { meaning }) }), /the column text comes from "a..b", which is no path/],
    [loosely({}, { text: Object.assign(Schema.String, { optional: false }) }), /text is no column/],
    [loosely({}, many), /101 columns are more than the 100/]
  ]
  for (const [define, message] of wrong) it(`is refused: ${message.source}`, () => assert.throws(define, message))
})

describe("any record at all", () => {
  const dataset = Dataset.make(
    { stream: "things", version: 1, primaryKey: "thing_id", time: "at", meaning },
    {
      thing_id: Column.id("id", { meaning }),
      at: Column.timestamp("at", { meaning }),
      text: Column.text("a.text", options),
      integer: Column.integer("a.integer", options),
      number: Column.number("number", options),
      day: Column.day("day", options),
      flag: Column.flag("flag", options),
      present: Column.present("flag", { meaning }),
      count: Column.count("list", options),
      names: Column.joined("list", { ...options, member: "name" }),
      upper: Column.textOf("a.text", Upper, options)
    }
  )
  const plausible = FastCheck.record(
    {
      id: FastCheck.oneof(FastCheck.integer(), FastCheck.string()),
      at: FastCheck.date({ noInvalidDate: true, min: new Date(0), max: new Date("2100-01-01") }).map((date) =>
        date.toISOString()
      ),
      a: FastCheck.record({ text: FastCheck.string(), integer: FastCheck.integer() }, { requiredKeys: [] }),
      number: FastCheck.double(),
      day: FastCheck.constantFrom("2026-01-31", "2026-02-31", null),
      flag: FastCheck.option(FastCheck.boolean()),
      list: FastCheck.array(FastCheck.record({ name: FastCheck.option(FastCheck.string()) }))
    },
    { requiredKeys: ["id", "at"] }
  )
  const types = new Map(dataset.contract.columns.map(({ name, type }) => [name, type]))
  const paths = new Set(["", ...dataset.contract.columns.map(({ from }) => from)])

  it("becomes a row of texts and finite numbers, or is rejected at a path of the contract", () => {
    const seen = { Row: 0, Rejected: 0 }
    FastCheck.assert(
      FastCheck.property(FastCheck.oneof(plausible, FastCheck.jsonValue()), (record) => {
        const mapped = dataset.map(record)
        seen[mapped._tag]++
        if (mapped._tag === "Rejected") return assert.isTrue(paths.has(mapped.rejection.path))
        for (const [name, cell] of Object.entries(mapped.row)) {
          if (types.get(name) === "number") assert.isTrue(Number.isFinite(cell), name)
          else assert.isString(cell, name)
        }
        assert.notStrictEqual(mapped.row.thing_id, "")
      }),
      { seed: 7, numRuns: 500 }
    )
    assert.isAbove(seen.Row, 50)
    assert.isAbove(seen.Rejected, 50)
  })
})
