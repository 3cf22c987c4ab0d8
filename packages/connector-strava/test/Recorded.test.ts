// Real answers of Strava, scrubbed: a stub cuts the same activities into the pages that are asked for. Skipped where they are
// not at hand.
import * as fs from "node:fs"
import * as Http from "node:http"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/TestClock"
import * as RateLimit from "../src/RateLimit.ts"
import { layer, memory, run } from "./Reading.ts"

const folder = new URL("../../../../shared/data/strava-recorded/", import.meta.url)

const Activity = Schema.Struct(
  { id: Schema.Int, start_date: Schema.String, start_date_local: Schema.String, distance: Schema.Number },
  { key: Schema.String, value: Schema.Unknown }
)
const Recording = Schema.parseJson(
  Schema.Struct({
    response: Schema.Struct({
      headers: Schema.Record({ key: Schema.String, value: Schema.String }),
      body: Schema.Array(Activity)
    })
  })
)

const recordings = fs.existsSync(folder)
  ? fs.readdirSync(folder).map((file) => Schema.decodeSync(Recording)(fs.readFileSync(new URL(file, folder), "utf8")))
  : []
const activities = recordings.flatMap(({ response }) => response.body)

const serve = Effect.acquireRelease(
  Effect.async<{ readonly server: Http.Server; readonly url: string }>((resume) => {
    const server = Http.createServer((request, response) => {
      const url = new URL(request.url ?? "/", `http://${request.headers.host}`)
      const before = Number(url.searchParams.get("before") ?? Number.POSITIVE_INFINITY)
      const found = activities.filter(({ start_date }) => Date.parse(start_date) / 1000 < before)
      const list = found.slice(0, Number(url.searchParams.get("per_page") ?? 30))
      response
        .writeHead(200, { "content-type": "application/json", ...recordings[0]?.response.headers })
        .end(JSON.stringify(url.pathname === "/athlete" ? activities[0]?.athlete : list))
    })
    server.listen(0, "127.0.0.1", () => {
      const address = server.address()
      resume(Effect.succeed({ server, url: `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}` }))
    })
  }),
  ({ server }) => Effect.sync(() => server.close().closeAllConnections())
)

describe.skipIf(activities.length === 0)("recorded activities of a real athlete", () => {
  it.scoped("are read in full, become rows, and land on their days", () =>
    Effect.gen(function* () {
      const { url } = yield* serve
      const newest = activities.map(({ start_date }) => Date.parse(start_date)).reduce((a, b) => Math.max(a, b))
      yield* TestClock.setTime(newest + 3_600_000)
      const tokens = { accessToken: "a", refreshToken: "r", expiresAt: newest / 1000 + 86_400 }
      const service = { apiUrl: url, authUrl: url, clientId: "1", clientSecret: "s", tokens }
      const kept = memory()
      yield* Effect.gen(function* () {
        assert.isNull((yield* run("activities", kept)).error)
        assert.strictEqual((yield* run("activities", kept)).recorded, 0)
      }).pipe(Effect.provide(layer(service)))

      assert.strictEqual(kept.rows.size, new Set(activities.map(({ id }) => id)).size)
      for (const activity of activities) {
        const row = kept.rows.get(JSON.stringify([String(activity.id)]))
        assert.deepInclude(row, {
          local_day: activity.start_date_local.slice(0, 10),
          start_date: activity.start_date.replace("Z", ".000Z"),
          distance: activity.distance,
          deleted: 0
        })
      }
    })
  )

  it("tell of limits in a form that is understood", () => {
    const told = recordings
      .map(({ response }) => RateLimit.standing(response.headers, 0))
      .filter((one) => one !== undefined)
    assert.isAbove(told.length, 0)
    for (const { limit, remaining } of told) assert.isTrue(remaining >= 0 && remaining <= (limit ?? 0))
  })
})
