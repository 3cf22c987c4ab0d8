// `inlet schema check --live`: contracts against what a source was recorded to have sent.
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { install, link } from "./support/Cycling.ts"
import { world } from "./support/World.ts"

const Finding = { kind: Schema.String, column: Schema.String, message: Schema.String }

const Document = Schema.parseJson(
  Schema.Struct({
    ok: Schema.Boolean,
    problems: Schema.Array(Schema.Struct({ dataset: Schema.String, ...Finding })),
    datasets: Schema.Array(
      Schema.Struct({
        dataset: Schema.String,
        recorded: Schema.Boolean,
        fields: Schema.Number,
        notes: Schema.Array(Schema.Struct(Finding)),
        unmapped: Schema.Array(Schema.String)
      })
    ),
    error: Schema.optionalWith(Schema.Struct({ code: Schema.String, fix: Schema.String }), { exact: true })
  })
)
const decode = Schema.decodeUnknownSync(Document)

describe("inlet schema check --live", () => {
  it.scopedLive("compares the contracts of the sources with what they sent", () =>
    Effect.gen(function* () {
      const here = yield* world({ repositories: ["acme/app"], streams: ["issues", "pull_requests"] })
      const before = yield* here.run(["schema", "check", "--live"])
      assert.strictEqual(before.code, 40)
      assert.include(before.stderr, "nothing was synced there yet")

      assert.strictEqual((yield* here.report("sync", "--stream", "issues")).code, 0)
      const first = yield* here.run(["schema", "check", "--live", "--json"], { env: { GITHUB_TOKEN: "" } })
      assert.deepStrictEqual([first.code, first.stderr], [0, ""])
      const { datasets, ok, problems } = decode(first.stdout)
      assert.isTrue(ok)
      assert.isEmpty(problems)
      const [issues, pulls] = datasets
      assert.deepInclude(issues, { dataset: "github_issues", recorded: true })
      const unmapped = issues?.unmapped ?? []
      assert.include(unmapped, "node_id")
      assert.notInclude(unmapped, "title")
      assert.deepInclude(pulls, { dataset: "github_pull_requests", recorded: false, unmapped: [], notes: [] })

      const people = yield* here.run(["schema", "check", "--live"], { env: { COLUMNS: "80" } })
      assert.strictEqual(people.code, 0)
      assert.match(people.stdout, /^github_issues: \d+ fields seen$/m)
      assert.match(people.stdout, /^ {2}\d+ without a column: \S/m)
      assert.include(people.stdout, "(--json names all)")
      assert.match(people.stdout, /^github_pull_requests: nothing is recorded yet$/m)
      assert.isTrue(people.stdout.split("\n").every((line) => [...line].length <= 80))

      // The same source with a connector that expects other fields.
      yield* link(here.cwd)
      yield* install(join(here.cwd, "cycling"), [
        {
          stream: "issues",
          columns: {
            ride_id: 'Column.id("id", { meaning })',
            started_at: 'Column.timestamp("created_at", { meaning })',
            ended_at: 'Column.timestamp("number", { meaning })',
            distance: 'Column.number("track.metres", { meaning, unit: "metres" })',
            waited: 'Column.elapsed(["created_at", "arrived_at"], { meaning, optional: true })'
          }
        }
      ])
      yield* here.write("other.yaml", 'sources: { github: { connector: "./cycling" } }\n')
      const wrong = yield* here.run(["schema", "check", "--live", "--json", "--config", "other.yaml"])
      assert.strictEqual(wrong.code, 2)
      const document = decode(wrong.stdout)
      assert.deepStrictEqual(
        document.problems.map(({ column, kind }) => [column, kind]),
        [
          ["ended_at", "wrong_type"],
          ["distance", "never_seen"]
        ]
      )
      assert.deepStrictEqual(
        document.datasets[0]?.notes.map(({ column, kind }) => [column, kind]),
        [
          ["bike", "never_seen"],
          ["waited", "never_seen"]
        ]
      )
      assert.strictEqual(document.error?.code, "E_SCHEMA")
      const { code, stderr, stdout } = yield* here.run(["schema", "check", "--live", "--config", "other.yaml"])
      assert.strictEqual(code, 2)
      assert.include(stdout, "waited: nothing was seen at arrived_at")
      assert.include(stderr, "github_issues: ended_at: only number was seen at number, which makes no datetime")
    })
  )
})
