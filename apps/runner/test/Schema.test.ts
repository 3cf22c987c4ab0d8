// `inlet schema` on connectors that change: what is written, what is refused, and what each problem is called.
import { readdir, readFile } from "node:fs/promises"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { cycling, install, link, RECIPE, type Ride } from "./support/Cycling.ts"
import { folder, inlet, jsonLines } from "./support/Inlet.ts"

const Document = Schema.parseJson(
  Schema.Struct({
    ok: Schema.Boolean,
    problems: Schema.Array(
      Schema.Struct({
        dataset: Schema.NullOr(Schema.String),
        file: Schema.optionalWith(Schema.String, { exact: true }),
        kind: Schema.String,
        column: Schema.optionalWith(Schema.String, { exact: true }),
        message: Schema.String
      })
    ),
    error: Schema.optionalWith(
      Schema.Struct({
        code: Schema.String,
        message: Schema.String,
        kept: Schema.String,
        fix: Schema.String,
        reference: Schema.String
      }),
      { exact: true }
    )
  })
)
const decode = Schema.decodeUnknownSync(Document, { onExcessProperty: "error" })

/** All files below a folder with their texts. */
const tree = (path: string) =>
  Effect.promise(async () => {
    const entries = await readdir(path, { recursive: true, withFileTypes: true })
    const files = entries.filter((entry) => entry.isFile()).map(({ name, parentPath }) => join(parentPath, name))
    return new Map(
      await Promise.all(
        files.sort().map(async (file) => [file.slice(path.length + 1), await readFile(file, "utf8")] as const)
      )
    )
  })

const RELEASE = "Take the change back, or raise the dataset's version in the connector and run inlet schema write."
const WRITE = "Run inlet schema write."

/** What breaks a released dataset: how it is defined then, the problem's kind and column, and what is said. */
const BREAKING: ReadonlyArray<readonly [what: string, Ride, kind: string, column: string | undefined, said: string]> = [
  [
    "a column of another type",
    { columns: { distance: 'Column.text("distance", { meaning, unit: "metres" })' } },
    "column_retyped",
    "distance",
    "cycling/rides: the type of distance changed from number to string"
  ],
  [
    "a removed column",
    { columns: { bike: undefined } },
    "column_removed",
    "bike",
    "cycling/rides: the column bike was removed"
  ],
  [
    "another key",
    { primaryKey: "bike", columns: { bike: 'Column.text("bike.name", { meaning })' } },
    "key_changed",
    undefined,
    "cycling/rides: the primary key changed from ride_id to bike"
  ],
  [
    "a new column that is required",
    { columns: { rider: 'Column.text("rider", { meaning })' } },
    "required_column_added",
    "rider",
    "cycling/rides: the new column rider is not optional, but recorded data may lack it"
  ]
]

describe("inlet schema check", () => {
  for (const [what, ride, kind, column, said] of BREAKING) {
    it.scopedLive(`refuses ${what} until there is a new version`, () =>
      Effect.gen(function* () {
        const { cwd, define, schema } = yield* cycling({})
        assert.strictEqual((yield* schema(["write"])).code, 0)
        const before = yield* tree(join(cwd, "schemas"))
        yield* define(ride)

        const { stderr, stdout } = yield* schema(["check", "--json"])
        assert.strictEqual(stderr, "")
        const { error, ok, problems } = decode(stdout)
        assert.isFalse(ok)
        assert.deepInclude(problems[0], { dataset: "cycling_rides", kind, message: said })
        assert.strictEqual(problems[0]?.column, column)
        assert.deepInclude(error, { code: "E_SCHEMA", kept: "Nothing was changed.", fix: RELEASE })

        const written = yield* schema(["write"])
        assert.strictEqual(written.code, 2)
        assert.include(written.stderr, said)
        assert.deepStrictEqual(yield* tree(join(cwd, "schemas")), before)

        yield* define({ ...ride, version: 2 })
        assert.strictEqual((yield* schema(["write"])).code, 0)
        assert.deepStrictEqual(decode((yield* schema(["check", "--json"])).stdout), { ok: true, problems: [] })
        const after = yield* tree(join(cwd, "schemas"))
        const old = "history/cycling/rides.v1.json"
        assert.strictEqual(after.get(old), before.get(old))
        assert.strictEqual(after.get("history/cycling/rides.v2.json"), after.get("cycling/rides.json"))
        assert.include(after.get("cycling/rides.md"), "cycling_rides_v2")
      })
    )
  }

  it.scopedLive("says what is wrong and what to do", () =>
    Effect.gen(function* () {
      const { cwd, define, schema } = yield* cycling({}, { stream: "walks" })
      yield* schema(["write"])
      yield* define({ columns: { bike: undefined } }, { stream: "walks", version: 2 })
      const { code, stderr, stdout } = yield* schema(["check"])
      assert.deepStrictEqual([code, stdout], [2, ""])
      const lines = stderr.trimEnd().split("\n")
      assert.deepStrictEqual(lines.slice(0, -1), [
        `error: ${join(cwd, "schemas")} does not fit the connectors.`,
        "  cycling/rides: the column bike was removed",
        "  cycling/walks.json is not what the connector defines",
        "  cycling/walks.md is not what the connector defines",
        "  history/cycling/walks.v2.json is missing",
        "  index.md is not what the connector defines",
        "  kept: Nothing was changed.",
        `  next: ${RELEASE}`
      ])
      assert.match(lines.at(-1) ?? "", /^ {2}E_SCHEMA, [0-9a-f]{32}$/)
    })
  )

  it.scopedLive("takes compatible changes into the version that is released, and remembers them", () =>
    Effect.gen(function* () {
      const { cwd, define, schema } = yield* cycling({})
      yield* schema(["write"])
      const more = { rider: 'Column.text("rider", { meaning, optional: true, personal: true })' }
      const gentle = {
        columns: { ...more, bike: 'Column.text("machine.name", { meaning: "Its bike.", optional: true })' }
      }
      yield* define({ ...gentle, recipes: [RECIPE] })
      const checked = yield* schema(["check"])
      assert.strictEqual(checked.code, 2)
      assert.include(checked.stderr, "history/cycling/rides.v1.json is not what the connector defines")
      assert.include(checked.stderr, `  next: ${WRITE}`)
      assert.strictEqual((yield* schema(["write"])).code, 0)
      const { code, stdout } = yield* schema(["check"])
      assert.deepStrictEqual([code, stdout], [0, `${join(cwd, "schemas")} fits the connectors: 1 dataset.\n`])
      yield* define({ columns: { ...gentle.columns, rider: undefined } })
      assert.include((yield* schema(["check"])).stderr, "the column rider was removed")
    })
  )

  it.scopedLive("finds what was changed by hand, is missing, or is left over, and write mends it", () =>
    Effect.gen(function* () {
      const { cwd, schema, write } = yield* cycling({ recipes: [RECIPE] }, { stream: "walks" })
      assert.strictEqual((yield* schema(["check"])).code, 2)
      yield* schema(["write"])
      const good = yield* tree(join(cwd, "schemas"))
      yield* write("schemas/cycling/metrics.md", "mine\n")
      yield* write("schemas/cycling/walks.json", undefined)
      yield* write("schemas/cycling/own.md", "of somebody else\n")
      const { error, problems } = decode((yield* schema(["check", "--json"])).stdout)
      assert.deepStrictEqual(
        problems.map(({ dataset, file, kind }) => [dataset, file, kind]),
        [
          ["cycling_walks", "cycling/walks.json", "file_missing"],
          [null, "cycling/metrics.md", "file_stale"]
        ]
      )
      assert.strictEqual(error?.fix, WRITE)
      const { stdout } = yield* schema(["write", "--json"])
      assert.deepStrictEqual(jsonLines(stdout), [
        { folder: join(cwd, "schemas"), written: ["cycling/walks.json", "cycling/metrics.md"], removed: [] }
      ])
      const mended = yield* tree(join(cwd, "schemas"))
      assert.strictEqual(mended.get("cycling/own.md"), "of somebody else\n")
      assert.deepStrictEqual(
        [...mended].filter(([path]) => path !== "cycling/own.md"),
        [...good]
      )
      assert.include((yield* schema(["write"])).stdout, ": nothing to do for 2 datasets.")
      assert.deepStrictEqual(yield* schema(["check", "--quiet"]), { code: 0, stdout: "", stderr: "" })
    })
  )

  it.scopedLive("keeps the history of a dataset that is gone, and asks for it", () =>
    Effect.gen(function* () {
      const { cwd, define, schema, write } = yield* cycling({ recipes: [RECIPE] }, { stream: "walks" })
      yield* schema(["write"])
      yield* define({ stream: "walks" })
      const gone = "cycling/rides was released and is gone; its history is in history/cycling/rides.v*.json"
      const first = yield* schema(["check"])
      assert.include(first.stderr, gone)
      assert.include(first.stderr, "Bring the stream back, or delete its history to give it up for good.")
      const written = yield* schema(["write"])
      assert.strictEqual(written.code, 0)
      assert.include(written.stderr, "cycling/rides is gone and its history stays")
      assert.deepStrictEqual(
        [...(yield* tree(join(cwd, "schemas"))).keys()],
        [
          "cycling/walks.json",
          "cycling/walks.md",
          "history/cycling/rides.v1.json",
          "history/cycling/walks.v1.json",
          "index.md"
        ]
      )
      const { problems } = decode((yield* schema(["check", "--json"])).stdout)
      assert.deepStrictEqual(problems, [{ dataset: "cycling_rides", kind: "stream_gone", message: gone }])
      yield* write("schemas/history/cycling/rides.v1.json", undefined)
      assert.strictEqual((yield* schema(["check"])).code, 0)
    })
  )

  it.scopedLive("refuses a version that went back, a damaged history, and recipes that nobody can follow", () =>
    Effect.gen(function* () {
      const { define, schema, write } = yield* cycling({ version: 1 })
      yield* schema(["write"])
      yield* define({ version: 3 })
      yield* schema(["write"])
      yield* define({ version: 3, columns: { distance: undefined } })
      assert.include((yield* schema(["check"])).stderr, "cycling/rides: the column distance was removed")
      yield* define({ version: 2 })
      assert.include((yield* schema(["check"])).stderr, "cycling/rides: version 2 comes after version 3")
      assert.strictEqual((yield* schema(["write"])).code, 2)

      yield* define({ version: 3 })
      yield* write("schemas/history/cycling/rides.v3.json", "{}")
      const damaged = yield* schema(["write"])
      assert.strictEqual(damaged.code, 2)
      assert.include(damaged.stderr, "history/cycling/rides.v3.json holds no such contract")
      assert.include(damaged.stderr, "Restore the history from version control.")

      yield* define({ version: 4, recipes: [{ ...RECIPE, dimensions: ["distance"] }] })
      const { error, problems } = decode((yield* schema(["check", "--json"])).stdout)
      assert.deepInclude(problems[0], {
        dataset: "cycling_rides_v4",
        kind: "recipe_wrong",
        column: "distance",
        message: "cycling/rides: the recipe Distance: its dimension distance is no text"
      })
      assert.include(error?.fix, "Mend the recipes in the connector.")
    })
  )

  it.scopedLive("refuses to look at files and at recorded pages at once", () =>
    Effect.gen(function* () {
      const { code, stderr } = yield* inlet(["schema", "check", "--live", "--dir", "x"], { cwd: yield* folder() })
      assert.strictEqual(code, 2)
      assert.include(stderr, "E_USAGE")
    })
  )
})

describe("inlet schema write", () => {
  it.scopedLive("follows the nearest configuration, and needs none of its secrets", () =>
    Effect.gen(function* () {
      const cwd = yield* folder({
        "inlet.yaml": `databox: { apiKey: "\${DATABOX_API_KEY}" }
sources:
  mine: { connector: ./cycling, config: { token: "\${TOKEN}" } }
  yours: { connector: ./cycling, config: { token: "\${TOKEN}" } }
`
      })
      yield* link(cwd)
      yield* install(join(cwd, "cycling"), [{}])
      const below = join(cwd, "cycling")
      const written = yield* inlet(["schema", "write"], { cwd: below })
      assert.deepStrictEqual([written.code, written.stderr], [0, ""])
      assert.deepStrictEqual(
        [...(yield* tree(join(cwd, "schemas"))).keys()],
        ["cycling/rides.json", "cycling/rides.md", "history/cycling/rides.v1.json", "index.md"]
      )
      assert.strictEqual((yield* inlet(["schema", "check"], { cwd: below })).code, 0)
      const shown = yield* inlet(["schema", "show", "yours_rides"], { cwd: below })
      assert.include(shown.stdout, "cycling/rides of @acme/inlet-connector-cycling")

      const wrong = join(cwd, "wrong.yaml")
      const { code, stderr } = yield* inlet(["schema", "list", "--config", wrong], { cwd })
      assert.strictEqual(code, 2)
      assert.include(stderr, "wrong.yaml")
    })
  )

  it.scopedLive("tells by line and path which connector cannot be loaded", () =>
    Effect.gen(function* () {
      const cwd = yield* folder({ "inlet.yaml": "sources:\n  mine:\n    connector: inlet-nowhere\n" })
      const { code, stderr } = yield* inlet(["schema", "write"], { cwd })
      assert.strictEqual(code, 2)
      assert.include(stderr, "inlet.yaml:3 sources.mine.connector: inlet-nowhere is not installed")
      const named = yield* inlet(["schema", "write", "--connector", "inlet-nowhere"], { cwd })
      assert.strictEqual(named.code, 2)
      assert.include(named.stderr, "E_USAGE")
    })
  )

  it.scopedLive("refuses two connectors of one name", () =>
    Effect.gen(function* () {
      const { cwd, schema } = yield* cycling({})
      yield* install(join(cwd, "other"), [{}], "inlet-connector-cycling")
      const { code, stderr } = yield* schema(["write", "--connector", "./other"])
      assert.strictEqual(code, 2)
      assert.include(
        stderr,
        "@acme/inlet-connector-cycling and inlet-connector-cycling would both write the folder cycling"
      )
    })
  )

  it.scopedLive("says so where it cannot write", () =>
    Effect.gen(function* () {
      const { schema, write } = yield* cycling({})
      yield* write("schemas", "a file")
      const { code, stderr } = yield* schema(["write"])
      assert.strictEqual(code, 2)
      assert.include(stderr, "E_FILE")
    })
  )
})

describe("inlet schema list and show", () => {
  it.scopedLive("print contracts for people in the width there is, and as JSON", () =>
    Effect.gen(function* () {
      const { schema } = yield* cycling({ version: 2, recipes: [RECIPE] }, { stream: "walks" })
      for (const width of [60, 100]) {
        for (const args of [["list"], ["show", "rides"]]) {
          const { code, stderr, stdout } = yield* schema(args, { env: { COLUMNS: String(width) } })
          assert.deepStrictEqual([code, stderr], [0, ""])
          assert.isTrue(
            stdout.split("\n").every((line) => [...line].length <= width),
            stdout
          )
        }
      }
      const [rides, walks] = jsonLines((yield* schema(["list", "--json"])).stdout)
      assert.deepStrictEqual(rides, {
        dataset: "cycling_rides_v2",
        connector: "@acme/inlet-connector-cycling",
        stream: "rides",
        version: 2,
        primaryKey: ["ride_id"],
        time: "started_at",
        columns: ["ride_id", "started_at", "ended_at", "distance", "bike"],
        recipes: ["Distance"]
      })
      assert.nestedInclude(walks, { dataset: "cycling_walks" })
      for (const name of ["rides", "cycling/rides", "cycling_rides_v2"]) {
        const { stdout } = yield* schema(["show", name])
        assert.match(stdout, /^dataset {2}cycling_rides_v2 /)
        assert.match(stdout, /^ {2}distance {4}What it is\. \(number, metres; from distance\)$/m)
        assert.include(stdout, "sum of distance by started_at. How far people rode.")
      }
      const [json] = jsonLines((yield* schema(["show", "rides", "--json"])).stdout)
      assert.nestedInclude(json, { dataset: "<source>_rides_v2", "columns[0].name": "ride_id" })
      const { code, stderr } = yield* schema(["show", "ridse"])
      assert.strictEqual(code, 2)
      assert.include(stderr, 'There is no dataset "ridse". Did you mean "rides"?')
    })
  )
})
