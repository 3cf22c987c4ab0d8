// Real answers of GitHub, recorded in 2020: a stub filters, sorts and pages the same records as the service would. Skipped
// where they are not at hand.
import * as fs from "node:fs"
import * as Http from "node:http"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import github from "../src/index.ts"
import { fresh, layer, memory, run } from "./Reading.ts"

const folder = new URL("../../../../shared/data/github-recorded/", import.meta.url)

const Item = Schema.Struct({ id: Schema.Int, updated_at: Schema.String }, { key: Schema.String, value: Schema.Unknown })
const Recording = Schema.parseJson(Schema.Struct({ response: Schema.Struct({ body: Schema.Array(Item) }) }))

const items = fs.existsSync(folder)
  ? fs
      .readdirSync(folder)
      .flatMap((file) => Schema.decodeSync(Recording)(fs.readFileSync(new URL(file, folder), "utf8")).response.body)
  : []

const serve = Effect.acquireRelease(
  Effect.async<{ readonly server: Http.Server; readonly url: string }>((resume) => {
    const server = Http.createServer((request, response) => {
      const url = new URL(request.url ?? "/", `http://${request.headers.host}`)
      const { page = "1", per_page = "30", since = "" } = Object.fromEntries(url.searchParams)
      const selected = items
        .filter(({ updated_at }) => updated_at >= since)
        .sort((a, b) => (a.updated_at < b.updated_at ? -1 : a.updated_at > b.updated_at ? 1 : 0))
      const [from, to] = [(Number(page) - 1) * Number(per_page), Number(page) * Number(per_page)]
      url.pathname = "/repositories/617210/issues"
      url.searchParams.set("page", String(Number(page) + 1))
      response
        .writeHead(200, {
          "content-type": "application/json",
          ...(to < selected.length && { link: `<${url}>; rel="next"` })
        })
        .end(JSON.stringify(selected.slice(from, to)))
    })
    server.listen(0, "127.0.0.1", () => {
      const address = server.address()
      resume(Effect.succeed({ server, url: `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}` }))
    })
  }),
  ({ server }) => Effect.sync(() => server.close().closeAllConnections())
)

describe.skipIf(items.length === 0)("the recorded issues of a real repository", () => {
  it.scoped("are read in full and become rows", () =>
    Effect.gen(function* () {
      const { url } = yield* serve
      const kept = memory()
      const second = yield* Effect.gen(function* () {
        assert.isNull((yield* run("issues", kept)).error)
        return yield* run("issues", kept)
      }).pipe(Effect.provide(layer(url, { repositories: ["hub4j/github-api"], pageSize: 50 })))
      assert.strictEqual(fresh(second), 0)

      const issues = items.filter((item) => item.pull_request === undefined)
      assert.strictEqual(kept.records.size, issues.length)
      const map = github.streams.get("issues")?.map
      for (const issue of issues) {
        assert.deepStrictEqual<unknown>(kept.records.get(issue.id), issue)
        const mapped = map?.(issue)
        assert.deepInclude(mapped?._tag === "Row" ? mapped.row : mapped, {
          issue_id: String(issue.id),
          repository: "hub4j/github-api",
          updated_at: new Date(issue.updated_at).toISOString()
        })
      }
    })
  )
})
