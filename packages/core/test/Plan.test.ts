// How rows become parts, and the small notations that events are written in.

import { assert, describe, it } from "@effect/vitest"
import { Contract, Items, Json, PipelineState, Row } from "@inlet/core"
import * as FastCheck from "effect/FastCheck"
import * as Plan from "../src/programs/Plan.ts"
import type { PreparedRow } from "../src/programs/Prepared.ts"
import { contract } from "./World.ts"

const row = (item: number, key: string, text: string, columns: ReadonlyArray<string> = ["id"]): PreparedRow => ({
  item,
  key,
  text,
  columns,
  cacheKey: Row.cacheKey(key),
  digest: Row.digest(text)
})

describe("pack", () => {
  it("keeps every row, in order, within the limits", () => {
    FastCheck.assert(
      FastCheck.property(
        FastCheck.array(FastCheck.integer({ min: 1, max: 400 })),
        FastCheck.integer({ min: 1, max: 20 }),
        FastCheck.integer({ min: 100, max: 1_000 }),
        (sizes, records, bytes) => {
          const rows = sizes.map((size, item) => row(item, `${item}`, "x".repeat(size)))
          const parts = Plan.pack(rows, { records, bytes })
          assert.deepStrictEqual(
            parts.flatMap((part) => part.rows),
            rows
          )
          for (const part of parts) {
            const size = part.rows.reduce((sum, { text }) => sum + text.length + 1, 0)
            assert.isAtMost(part.rows.length, records)
            assert.isTrue(part.rows.length === 1 || size <= bytes)
          }
        }
      )
    )
  })

  it("counts bytes, not characters", () => {
    const rows = [row(0, "a", "é".repeat(40)), row(1, "b", "é".repeat(40))]
    assert.strictEqual(Plan.pack(rows, { records: 10, bytes: 200 }).length, 2)
  })
})

describe("fold", () => {
  it("keeps the last record of a key and names the others", () => {
    const rows = new Map(
      [row(0, "a", "1"), row(1, "b", "1"), row(2, "a", "2"), row(3, "a", "3")].map((r) => [r.item, r])
    )
    const folded = Plan.fold({ rows, rejected: [] })
    assert.deepStrictEqual(
      folded.rows.map(({ item }) => item),
      [1, 3]
    )
    assert.deepStrictEqual(folded.superseded, [0, 2])
  })
})

describe("fullestFirst", () => {
  it("moves the row with the most columns to the front and loses none", () => {
    const rows = [row(0, "a", "1"), row(1, "b", "1", ["id", "v"]), row(2, "c", "1")]
    assert.deepStrictEqual(
      Plan.fullestFirst(rows).map(({ item }) => item),
      [1, 0, 2]
    )
  })
})

describe("Items", () => {
  it("writes ranges in the order of the part and reads them back", () => {
    assert.strictEqual(Items.format([17, 0, 1, 2, 5]), "17,0-2,5")
    FastCheck.assert(
      FastCheck.property(FastCheck.uniqueArray(FastCheck.nat(300)), (items) => {
        assert.deepStrictEqual(Items.parse(Items.format(items)), items)
      })
    )
  })
})

describe("Json.canonical", () => {
  it("does not depend on the order of members and reads back as the same value", () => {
    assert.strictEqual(
      Json.canonical({ b: 1, a: [null, { d: "x", c: true }] }),
      '{"a":[null,{"c":true,"d":"x"}],"b":1}'
    )
    FastCheck.assert(
      FastCheck.property(FastCheck.jsonValue(), (value) => {
        assert.strictEqual(Json.canonical(JSON.parse(Json.canonical(value))), Json.canonical(value))
      })
    )
  })
})

describe("Row", () => {
  it("writes the contract's columns in their order and leaves absent ones out", () => {
    assert.strictEqual(Row.encode(contract, { v: 2, id: "a" }), '{"id":"a","v":2}')
    assert.strictEqual(Row.encode(contract, { id: "a" }), '{"id":"a"}')
    assert.strictEqual(Row.key(contract, { id: "a", v: 1 }), '["a"]')
  })
})

describe("Contract", () => {
  it("names datasets with their version from the second on", () => {
    assert.strictEqual(Contract.title("github", contract), "github_items")
    assert.strictEqual(Contract.title("github", { ...contract, version: 3 }), "github_items_v3")
  })

  it("names another mapping where a row would differ, and the same where only words do", () => {
    const [id, v] = contract.columns
    assert(id !== undefined && v !== undefined)
    const named = Contract.mappingVersion(contract)
    assert.strictEqual(
      Contract.mappingVersion({ ...contract, columns: [{ ...id, meaning: "Better words" }, v] }),
      named
    )
    assert.notStrictEqual(Contract.mappingVersion({ ...contract, columns: [id, { ...v, from: "w" }] }), named)
  })
})

describe("unassigned", () => {
  it("leaves out what is repeated, settled or held by a part that was not refused", () => {
    const part = (
      number: number,
      status: PipelineState.PartStatus,
      items: Items.Items
    ): [number, PipelineState.Part] => [
      number,
      {
        part: number,
        attempt: 1,
        status,
        items,
        dataset: "d",
        mapping: "1",
        digest: "",
        requestId: null,
        ingestionId: null,
        trace: null,
        at: ""
      }
    ]
    const batch: PipelineState.Batch = {
      batch: "r/1",
      version: 2,
      blob: "",
      context: {},
      target: null,
      records: 8,
      left: 4,
      repeated: [7],
      settled: [0],
      trace: null,
      parts: new Map([part(1, "refused", [1, 2, 3, 4]), part(2, "confirmed", [1, 2]), part(3, "accepted", [3])])
    }
    assert.deepStrictEqual(PipelineState.unassigned(batch), [4, 5, 6])
    assert.strictEqual(PipelineState.nextPart(batch), 4)
  })
})
