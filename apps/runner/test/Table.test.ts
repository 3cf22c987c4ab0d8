import { assert, describe, it } from "@effect/vitest"
import * as Table from "../src/output/Table.ts"

const columns: ReadonlyArray<Table.Column> = [
  { title: "time" },
  { title: "provider", spare: 1 },
  { title: "dataset", least: 10 },
  { title: "rows" },
  { title: "quarantined", quiet: true },
  { title: "error", least: 8 }
]

const rows: ReadonlyArray<ReadonlyArray<Table.Cell>> = [
  ["2026-11-24 22:55:01", "databox", "github_issues", 59, 0, null],
  ["2026-11-24 22:55:02", "databox", "github_pull_requests", 1234, 0, `E_X: ${"a long message ".repeat(20)}`]
]

const at = (width: number) => Table.lines(columns, rows, { columns: width, paint: (_, text) => text })

describe("Table", () => {
  for (const width of [80, 200]) {
    it(`fits ${width} columns`, () => {
      const lines = at(width)
      for (const line of lines) assert.isAtMost(line.length, width)
      assert.strictEqual(Math.max(...lines.map((line) => line.length)), width)
    })
  }

  it("cuts only what is too wide", () => {
    assert.include(at(200)[2], "github_pull_requests")
    assert.match(at(200)[2] ?? "", /…$/)
  })

  it("leaves a spare column out before it cuts everything to the least", () => {
    assert.include(at(80)[0], "provider")
    assert.notInclude(at(55)[0], "provider")
  })

  it("leaves a column out that says nothing", () => {
    assert.notInclude(at(200)[0], "quarantined")
    const some = Table.lines(columns, [["t", "p", "d", 1, 2, null]], { columns: 200, paint: (_, text) => text })
    assert.include(some[0], "quarantined")
  })

  it("aligns numbers to the right and groups their digits", () => {
    const [head = "", first = "", second = ""] = at(200)
    const end = head.indexOf("rows") + "rows".length
    assert.strictEqual(second.slice(end - 6, end).trim(), "1,234")
    assert.strictEqual(first.slice(end - 6, end).trim(), "59")
    assert.strictEqual(first.charAt(end - 1), "9")
  })

  it("never lets a cell speak to the terminal", () => {
    const [, row] = Table.lines([{ title: "x" }], [["a\u001b[31mred\nb\u202e"]], {
      columns: 80,
      paint: (_, text) => text
    })
    assert.strictEqual(row, "a [31mred b")
  })
})
