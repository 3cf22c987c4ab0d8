// The shape of a page: types at paths, whatever the values and the order.
import { assert, describe, it } from "@effect/vitest"
import { Shape } from "../src/index.ts"

const record = {
  id: 1,
  user: { login: "ada", site_admin: false },
  labels: [{ name: "bug" }, { name: 3, color: null }],
  matrix: [[1], ["a"]],
  empty: [],
  nothing: null
}

describe("a shape", () => {
  it("is the sorted list of paths with their types", () => {
    assert.deepStrictEqual(Shape.of([record]).lines, [
      "empty array",
      "id number",
      "labels array",
      "labels[] object",
      "labels[].name number",
      "labels[].name string",
      "matrix array",
      "matrix[] array",
      "matrix[][] number",
      "matrix[][] string",
      "user object",
      "user.login string",
      "user.site_admin boolean"
    ])
  })

  it("is that of all records together", () => {
    assert.deepStrictEqual(Shape.of([{ a: 1 }, { a: null }, { a: "x", b: 1 }]).lines, [
      "a number",
      "a string",
      "b number"
    ])
    assert.deepStrictEqual(Shape.of([]).lines, [])
  })

  it("has one fingerprint, whatever the values, the nulls and the order", () => {
    const { fingerprint } = Shape.of([record, { id: 2 }])
    assert.match(fingerprint, /^[0-9a-f]{16}$/)
    const reordered = Object.fromEntries(Object.entries({ ...record, id: 99, nothing: undefined }).reverse())
    assert.strictEqual(Shape.of([{ id: 5, user: null }, reordered]).fingerprint, fingerprint)
    assert.notStrictEqual(Shape.of([{ ...record, id: "1" }]).fingerprint, fingerprint)
    assert.notStrictEqual(Shape.of([{ ...record, nothing: 0 }]).fingerprint, fingerprint)
  })

  it("survives any depth and any name", () => {
    let deep: unknown = 1
    for (let level = 0; level < 100_000; level++) deep = [deep]
    assert.isBelow(Shape.of([{ deep }]).lines.length, 40)
    assert.deepStrictEqual(Shape.of([JSON.parse('{"__proto__": {"constructor": 1}}')]).lines, [
      "__proto__ object",
      "__proto__.constructor number"
    ])
  })
})
