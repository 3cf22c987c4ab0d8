// How contracts are written down: bytes that depend on nothing but the contract, and pages that show all of it.
import { assert, describe, it } from "@effect/vitest"
import { Column, Contracts, Dataset, Shape } from "@inlet/sdk"
import * as FastCheck from "effect/FastCheck"
import * as Option from "effect/Option"

const meaning = "What it is."

const { contract } = Dataset.make(
  {
    stream: "rides",
    version: 2,
    primaryKey: "ride_id",
    time: "started_at",
    meaning: "Rides as they are now | one row each.",
    cost: "One request for 200 rides.",
    gaps: ["Rides that were taken back are not told of."],
    recipes: [
      {
        name: "Distance",
        value: "distance",
        aggregation: "sum",
        date: "started_at",
        dimensions: ["bike", "rider"],
        filters: [
          { column: "commute", is: [1] },
          { column: "bike", is: ["racer", "tandem"] }
        ],
        unit: "metres",
        reading: "How far people rode.",
        beware: "Indoor rides have a distance too."
      },
      {
        name: "Rides",
        aggregation: "count",
        date: "started_at",
        dimensions: [],
        filters: [],
        reading: "How often people rode."
      }
    ]
  },
  {
    ride_id: Column.id("id", { meaning }),
    started_at: Column.timestamp("started_at", { meaning }),
    distance: Column.number("distance", { meaning: "How far, on the road.", unit: "metres", optional: true }),
    commute: Column.flag("commute", { meaning, optional: true }),
    bike: Column.text("bike.name", { meaning, optional: true }),
    rider: Column.text("rider.name", { meaning, personal: true }),
    waited: Column.elapsed(["planned_at", "started_at"], { meaning, optional: true }),
    tags: Column.joined("tags", { meaning, member: "name", optional: true }),
    photo: Column.present("photo", { meaning })
  }
)

const { contract: plain } = Dataset.make(
  { stream: "bikes", version: 1, primaryKey: ["shop", "number"], time: "bought_at", meaning },
  {
    shop: Column.id("@.shop", { meaning }),
    number: Column.integer("number", { meaning }),
    bought_at: Column.day("bought_at", { meaning })
  }
)

const documented = { name: "cycling", package: "@acme/inlet-connector-cycling", contracts: [contract, plain] }
const files = Contracts.files([documented])
const file = (path: string) => files.get(path) ?? assert.fail(`there is no ${path}`)

describe("the files of contracts", () => {
  it("are two for each, its version, one of metrics, and an index", () => {
    assert.deepStrictEqual(
      [...files.keys()],
      [
        "cycling/rides.json",
        "cycling/rides.md",
        "history/cycling/rides.v2.json",
        "cycling/bikes.json",
        "cycling/bikes.md",
        "history/cycling/bikes.v1.json",
        "cycling/metrics.md",
        "index.md"
      ]
    )
    const bikes = Contracts.files([{ ...documented, contracts: [plain] }])
    assert.isFalse(bikes.has("cycling/metrics.md"))
    assert.notInclude(bikes.get("index.md") ?? "", "metrics.md")
    assert.notInclude(bikes.get("cycling/bikes.md") ?? "", "## Metrics")
  })

  it("hold the contract as JSON, in the order of its definition whatever the order of its members", () => {
    const text = file("cycling/rides.json")
    assert.strictEqual(file("history/cycling/rides.v2.json"), text)
    assert.deepStrictEqual(Option.getOrThrow(Contracts.parse(text)), contract)
    assert.deepStrictEqual(Object.keys(JSON.parse(text)), [
      ...["dataset", "stream", "version", "primaryKey", "time", "meaning", "cost", "gaps", "recipes", "columns"]
    ])
    assert.strictEqual(JSON.parse(text).dataset, "<source>_rides_v2")
    const { columns, stream, ...rest } = contract
    assert.strictEqual(Contracts.json({ columns, ...rest, stream }), text)
  })

  it("do not change, end in one line feed, and have rows as wide as their table", () => {
    assert.deepStrictEqual(Contracts.files([documented]), files)
    for (const [path, text] of files) {
      assert.match(text, /[^\n]\n$/, path)
      if (path.endsWith(".json")) continue
      const tables = text.split(/\n\n+/).filter((block) => block.startsWith("|"))
      assert.isNotEmpty(tables, path)
      for (const table of tables) {
        const widths = table
          .trim()
          .split("\n")
          .map((line) => line.split(/(?<!\\)\|/).length)
        assert.strictEqual(new Set(widths).size, 1, `${path}: ${table}`)
      }
    }
  })

  it("show each column with its field, type, unit and meaning", () => {
    const page = file("cycling/rides.md")
    for (const line of [
      "Rides as they are now \\| one row each.",
      "| dataset | `<source>_rides_v2`, so `cycling_rides_v2` of a source named `cycling` |",
      "| cost | One request for 200 rides. |",
      "| `distance` | `distance` | number, optional | metres | How far, on the road. |",
      "| `rider.name` | `rider` | string, **personal** |  | What it is. |",
      "| `planned_at … started_at` | `waited` | number, optional | seconds | What it is. |",
      "These columns identify a person: `rider`.",
      "- Rides that were taken back are not told of.",
      "| Distance | sum of `distance` | `started_at` | `bike`, `rider` | `commute` is `1` and `bike` is `racer` or `tandem` |",
      "| Rides | number of rows | `started_at` |  |  |"
    ]) {
      assert.include(page.split("\n"), line)
    }
    assert.include(page, "Two fields with `…` between")
    assert.notInclude(page, "begins with `@.`")
    const bikes = file("cycling/bikes.md")
    assert.include(bikes, "A field that begins with `@.`")
    for (const absent of ["Two fields", "identify a person", "## Known gaps", "| cost |"])
      assert.notInclude(bikes, absent)
  })

  it("tell each step of each metric", () => {
    const page = file("cycling/metrics.md")
    const steps = page.slice(page.indexOf("### Distance"), page.indexOf("### Rides")).split("\n")
    assert.deepStrictEqual(steps.slice(0, -1), [
      "### Distance",
      "",
      "**How to read it.** How far people rode.",
      "",
      "**What to watch out for.** Indoor rides have a distance too.",
      "",
      "1. Open **Metrics** and begin a new custom metric.",
      "2. Choose the data source **Inlet**, then the dataset `cycling_rides_v2`.",
      "3. Value: the column `distance`, aggregated by **Sum**. Where the app asks how values behave, take *all values*.",
      "4. Date: `started_at`.",
      "5. Dimensions: `bike`, `rider`.",
      "6. Filters, all of which must hold: `commute` is `1`; `bike` is `racer` or `tandem`.",
      "7. Format: the unit is metres.",
      "8. Look at the preview, and save it as **Distance**.",
      ""
    ])
    const rides = page.slice(page.indexOf("### Rides"))
    assert.include(rides, "3. Value: the column `ride_id`, aggregated by **Count**. Every row has it")
    assert.include(rides, "5. Dimensions: none.\n6. Filters: none.\n7. Look at the preview, and save it as **Rides**.")
    assert.include(page, "not verified against the live app")
    assert.include(page, "## Share a databoard")
  })

  it("list all datasets", () => {
    const index = file("index.md")
    assert.include(
      index,
      "| [cycling_rides_v2](cycling/rides.md) | 2 | `ride_id` | `started_at` | 9 | 2 | Rides as they are now \\| one row each. |"
    )
    assert.include(
      index,
      "| [cycling_bikes](cycling/bikes.md) | 1 | `shop`, `number` | `bought_at` | 3 | 0 | What it is. |"
    )
  })

  it("take any text as nothing but text", () => {
    FastCheck.assert(
      FastCheck.property(
        FastCheck.string({ unit: FastCheck.constantFrom("a", "|", "\\", "`", "\n", "\r", " ") }),
        (text) => {
          const page = Contracts.files([
            {
              ...documented,
              contracts: [{ ...plain, columns: plain.columns.map((one) => ({ ...one, meaning: text })) }]
            }
          ]).get("cycling/bikes.md")
          const rows = (page ?? "").split("\n").filter((line) => line.startsWith("| `"))
          assert.strictEqual(rows.length, plain.columns.length)
          for (const row of rows) assert.strictEqual(row.replace(/\\./g, "").split("|").length, 7, row)
        }
      ),
      { seed: 7 }
    )
  })
})

const record = {
  id: 1,
  started_at: "2026-01-31T00:00:00Z",
  planned_at: "2026-01-30T00:00:00Z",
  distance: 5.5,
  commute: true,
  bike: { name: "racer", weight: 8 },
  rider: { name: "ann", id: 7 },
  tags: [{ name: "fast", colour: "red" }],
  photo: { url: "https://photos.example/1" },
  route: { legs: [{ way: "a" }] }
}

const compared = (...records: ReadonlyArray<unknown>) => Contracts.seen(contract, Shape.of(records).lines)
const found = (...records: ReadonlyArray<unknown>) =>
  compared(...records).findings.map(({ column, grave, kind, path }) => [column, kind, path, grave])

describe("what was seen", () => {
  it("fits where each column has a field that it can read", () => {
    const { fields, findings, unmapped } = compared(record)
    assert.deepStrictEqual(findings, [])
    assert.deepStrictEqual(unmapped, ["bike.weight", "rider.id", "route"])
    assert.isAbove(fields, 10)
  })

  it("is nothing where nothing is recorded", () => {
    assert.deepStrictEqual(compared(), { fields: 0, findings: [], unmapped: [] })
  })

  it("lacks a field: grave only where rows need it", () => {
    assert.deepStrictEqual(found({ ...record, rider: {}, bike: null, planned_at: null }), [
      ["bike", "never_seen", "bike.name", false],
      ["rider", "never_seen", "rider.name", true],
      ["waited", "never_seen", "planned_at", false]
    ])
    // A photo may well never have been taken, and there is a number for that.
    assert.deepStrictEqual(found({ ...record, photo: null }), [["photo", "never_seen", "photo", false]])
  })

  it("has a field of a type that no column of its kind reads", () => {
    const wrong = { ...record, started_at: 5, distance: { metres: 5 }, rider: { name: false }, tags: { name: "a" } }
    assert.deepStrictEqual(found(wrong), [
      ["started_at", "wrong_type", "started_at", true],
      ["distance", "wrong_type", "distance", false],
      ["rider", "wrong_type", "rider.name", true],
      ["tags", "wrong_type", "tags", false]
    ])
    assert.strictEqual(
      compared({ ...record, rider: { name: false } }).findings[0]?.message,
      "rider: only boolean was seen at rider.name, which makes no string"
    )
    // Seen rightly once is enough: a single record of another type goes to quarantine by itself.
    assert.deepStrictEqual(found(record, wrong), [])
  })

  it("does not count what the request told among the fields without a column", () => {
    const { findings, unmapped } = Contracts.seen(plain, Shape.of([{ "@": { shop: "a", page: "1" }, number: 1 }]).lines)
    assert.deepStrictEqual(unmapped, [])
    assert.deepStrictEqual(
      findings.map(({ column }) => column),
      ["bought_at"]
    )
  })

  it("fits whatever a dataset makes rows of", () => {
    const { contract, map } = Dataset.make(
      { stream: "things", version: 1, primaryKey: "thing_id", time: "at", meaning },
      {
        thing_id: Column.id("id", { meaning }),
        at: Column.timestamp("at", { meaning }),
        text: Column.text("text", { meaning }),
        integer: Column.integer("integer", { meaning }),
        flag: Column.flag("flag", { meaning }),
        there: Column.present("there", { meaning }),
        count: Column.count("list", { meaning }),
        names: Column.joined("list", { meaning }),
        among: Column.among("text", ["a"], { meaning })
      }
    )
    const records = FastCheck.record({
      id: FastCheck.oneof(FastCheck.integer(), FastCheck.string({ minLength: 1 })),
      at: FastCheck.constant("2026-01-31T00:00:00Z"),
      text: FastCheck.string(),
      integer: FastCheck.integer(),
      flag: FastCheck.boolean(),
      there: FastCheck.oneof(FastCheck.constant(null), FastCheck.object()),
      list: FastCheck.array(FastCheck.string())
    })
    FastCheck.assert(
      FastCheck.property(records, (record) => {
        assert.strictEqual(map(record)._tag, "Row")
        const { findings } = Contracts.seen(contract, Shape.of([record]).lines)
        assert.isFalse(findings.some(({ grave }) => grave))
      }),
      { seed: 7 }
    )
  })
})
