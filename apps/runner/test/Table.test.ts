import { assert, describe, it } from "@effect/vitest"
import * as Table from "../src/output/Table.ts"

const columns: ReadonlyArray<Table.Column> = [
  { title: "time" },
  { title: "provider", spare: 1 },
  { title: "dataset", name: true },
  { title: "rows" },
  { title: "quarantined", quiet: true },
  { title: "error", least: 8 }
]

const rows: ReadonlyArray<ReadonlyArray<Table.Cell>> = [
  ["2026-11-24 22:55:01", "databox", "github_issues", 59, 0, null],
  ["2026-11-24 22:55:02", "databox", "github_pull_requests", 1234, 0, `E_X: ${"a long message ".repeat(20)}`]
]

const plain = (columns: number) => ({ columns, paint: (_: unknown, text: string) => text })
const at = (width: number) => Table.lines(columns, rows, plain(width))

describe("Table", () => {
  for (const width of [80, 200]) {
    it(`fits ${width} columns`, () => {
      const lines = at(width)
      for (const line of lines) assert.isAtMost(line.length, width)
      assert.strictEqual(Math.max(...lines.map((line) => line.length)), width)
    })
  }

  it("fits any width, whatever is in it", () => {
    for (let width = 1; width < 120; width++) {
      for (const line of at(width)) assert.isAtMost(line.length, width, `${width}: ${line}`)
    }
  })

  it("cuts only what is too wide", () => {
    assert.include(at(200)[2], "github_pull_requests")
    assert.match(at(200)[2] ?? "", /…$/)
  })

  it("leaves a spare column out before it cuts a text to the least, and cuts a name only then", () => {
    assert.include(at(80)[0], "provider")
    assert.notInclude(at(65)[0], "provider")
    assert.include(at(65)[2], "github_pull_requests")
    assert.include(at(50)[2], "github_pull…")
  })

  it("never cuts what can be copied, also where later rows are wider", () => {
    const { head, row } = Table.make(
      [{ title: "row" }, { title: "state" }, { title: "why", least: 4 }],
      [["r/1", "open", "abcd"]],
      plain(30)
    )
    assert.strictEqual(head, "row  state  why")
    assert.strictEqual(row(["run/12/345", "open", "abcdefgh"]), "run/12/345  open   abc…")
  })

  it("gives wide letters the room they take", () => {
    const lines = Table.lines(
      [{ title: "title", least: 4 }, { title: "n" }],
      [
        ["漢字かな", 1],
        ["plain", 2]
      ],
      plain(9)
    )
    assert.deepStrictEqual(lines, ["title   n", "漢字…   1", "plain   2"])
  })

  it("groups no digits of a number that is a name", () => {
    const lines = Table.lines([{ title: "position", id: true }, { title: "rows" }], [[12345, 12345]], plain(80))
    assert.strictEqual(lines[1], "   12345  12,345")
  })

  it("leaves a column out that says nothing", () => {
    assert.notInclude(at(200)[0], "quarantined")
    const some = Table.lines(columns, [["t", "p", "d", 1, 2, null]], plain(200))
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
    const [, row] = Table.lines([{ title: "x" }], [["a\u001b[31mred\nb\u202e"]], plain(80))
    assert.strictEqual(row, "a [31mred b")
  })
})
