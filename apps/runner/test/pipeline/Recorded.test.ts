// Real answers of GitHub, recorded in 2020, served by a stub that filters and sorts them as GitHub does: they go through
// unchanged, and every record arrives or is in quarantine with a true reason. Skipped where the recording is absent.
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { createServer } from "node:http"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { world } from "../support/World.ts"

const folder = fileURLToPath(new URL("../../../../../shared/data/github-recorded/", import.meta.url))

const Recorded = Schema.parseJson(Schema.Struct({ response: Schema.Struct({ body: Schema.Unknown }) }))
const Records = Schema.Array(
  Schema.Struct({ id: Schema.Number, updated_at: Schema.String, pull_request: Schema.optional(Schema.Unknown) })
)

const bodies = () =>
  readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .map((name) => Schema.decodeUnknownSync(Recorded)(readFileSync(folder + name, "utf8")).response.body)
    .map((body): unknown => (typeof body === "string" ? JSON.parse(body) : body))

/** Serves the raw records, each exactly as recorded, filtered by `since` and sorted by update time. */
const serve = (raw: ReadonlyArray<unknown>) =>
  Effect.acquireRelease(
    Effect.promise(
      () =>
        new Promise<{ url: string; close: () => void }>((resolve) => {
          const dated = raw.map((record) => ({
            record,
            at: Schema.decodeUnknownSync(Records)([record])[0]?.updated_at ?? ""
          }))
          const server = createServer((request, response) => {
            const url = new URL(request.url ?? "/", `http://${request.headers.host}`)
            const since = url.searchParams.get("since") ?? ""
            const page = Number(url.searchParams.get("page") ?? 1)
            const size = Number(url.searchParams.get("per_page") ?? 30)
            const all = dated.filter(({ at }) => at >= since).sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0))
            const more = all.length > page * size
            url.searchParams.set("page", String(page + 1))
            response.setHeader("content-type", "application/json; charset=utf-8")
            if (more) response.setHeader("link", `<${url}>; rel="next"`)
            response.end(JSON.stringify(all.slice((page - 1) * size, page * size).map(({ record }) => record)))
          })
          server.listen(0, "127.0.0.1", () => {
            const address = server.address()
            const port = typeof address === "object" && address !== null ? address.port : 0
            const close = () => {
              server.closeAllConnections()
              server.close()
            }
            resolve({ url: `http://127.0.0.1:${port}`, close })
          })
        })
    ),
    ({ close }) => Effect.sync(close)
  )

describe("recorded answers of GitHub", () => {
  it.skipIf(!existsSync(folder))("are there", () => assert.isAbove(bodies().length, 20))

  it.scopedLive.skipIf(!existsSync(folder))("go through unchanged", () =>
    Effect.gen(function* () {
      const raw = bodies().flatMap((body) => (Array.isArray(body) ? body : []))
      const issues = Schema.decodeUnknownSync(Records)(raw).filter((record) => record.pull_request === undefined)
      assert.strictEqual(raw.length, 606)
      const { url } = yield* serve(raw)
      const it = yield* world({ githubUrl: url, repositories: ["hub4j/github-api"], streams: ["issues"] })
      const { code, runs } = yield* it.report("sync")
      assert.strictEqual(code, 0)
      assert.strictEqual(runs[0]?.counts.quarantined, 0)
      const rows = yield* it.rows("github_issues")
      assert.strictEqual(rows.size, issues.length)
      for (const { id, updated_at } of issues) {
        assert.strictEqual(rows.get(String(id))?.updated_at, new Date(updated_at).toISOString())
      }
      const again = yield* it.report("sync")
      assert.strictEqual(again.runs[0]?.run, null)
    })
  )
})
