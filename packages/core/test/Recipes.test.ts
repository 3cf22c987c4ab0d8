// Recipes that nobody could follow in the app are told, each with what is wrong.
import { assert, describe, it } from "@effect/vitest"
import { type Contract, Recipes } from "@inlet/core"

const column = (name: string, type: Contract.ColumnType): Contract.Column => ({
  name,
  type,
  optional: false,
  from: name,
  meaning: "A column."
})

const columns = [column("id", "string"), column("at", "datetime"), column("length", "number")]

const sound: Contract.Recipe = {
  name: "Distance",
  value: "length",
  aggregation: "sum",
  date: "at",
  dimensions: ["id"],
  filters: [
    { column: "id", is: ["a", "b"] },
    { column: "length", is: [1] }
  ],
  reading: "How far."
}

const { value: _, ...valueless } = sound

const WRONG: ReadonlyArray<readonly [recipe: Contract.Recipe, message: string]> = [
  [{ ...sound, value: "weight" }, "the recipe Distance: its value weight is not defined"],
  [{ ...sound, value: "id" }, "the recipe Distance: its value id is no number"],
  [valueless, "the recipe Distance: there is no value for sum"],
  [{ ...sound, date: "id" }, "the recipe Distance: its date id is no time"],
  [{ ...sound, dimensions: ["id", "length"] }, "the recipe Distance: its dimension length is no text"],
  [{ ...sound, filters: [{ column: "gone", is: ["a"] }] }, "the recipe Distance: its filter gone is not defined"],
  [{ ...sound, filters: [{ column: "at", is: ["a"] }] }, "the recipe Distance: its filter at is no text"],
  [{ ...sound, filters: [{ column: "id", is: ["a", 1] }] }, "the recipe Distance: id can never be a or 1"],
  [{ ...sound, filters: [{ column: "length", is: ["1"] }] }, "the recipe Distance: length can never be 1"]
]

const told = (...recipes: ReadonlyArray<Contract.Recipe>) =>
  Recipes.problems({ columns, recipes }).map(({ message }) => message)

describe("recipes", () => {
  it("that fit their columns are sound", () => {
    assert.deepStrictEqual(told(sound, { ...valueless, name: "Rides", aggregation: "count" }), [])
    assert.deepStrictEqual(Recipes.problems({ columns }), [])
  })

  for (const [recipe, message] of WRONG)
    it(`are told of: ${message}`, () => assert.deepStrictEqual(told(recipe), [message]))

  it("have names of their own", () => {
    assert.deepStrictEqual(told(sound, sound, { ...sound, name: "Other" }), ["two recipes have the name Distance"])
  })
})
