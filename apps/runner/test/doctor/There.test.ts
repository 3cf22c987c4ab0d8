// What `inlet doctor` hears from Databox, from the sources and from a collector: what is in order, and what is not, with its fix.
import { readdirSync, readFileSync, writeFileSync } from "node:fs"
import { createServer } from "node:http"
import { join } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { Options } from "../support/Inlet.ts"
import { type Settings, type World, world } from "../support/World.ts"
import * as Findings from "./Findings.ts"

const here = (settings: Settings = {}) => world({ repositories: ["acme/app"], streams: ["releases"], ...settings })

const placeOf = (it: World): Findings.Place => ({ run: it.run, secrets: [it.databox.apiKey, it.github.token] })
const look = (it: World, options: Options = {}, args: ReadonlyArray<string> = []) =>
  Findings.look(placeOf(it), args, options)

/** An address, and a server there until the scope ends, which answers whatever comes with this status. */
const answering = (status: number) =>
  Effect.acquireRelease(
    Effect.async<{ readonly url: string; readonly close: Effect.Effect<void> }>((resume) => {
      const server = createServer((request, response) => {
        request.resume()
        response.writeHead(status, { "content-type": "application/json" }).end("{}")
      }).listen(0, "127.0.0.1", () => {
        const address = server.address()
        const port = typeof address === "object" && address !== null ? address.port : 0
        const close = Effect.sync(() => void server.close())
        resume(Effect.succeed({ url: `http://127.0.0.1:${port}`, close }))
      })
    }),
    ({ close }) => close
  )

/** An address where nobody listens any more. */
const nowhere = Effect.flatMap(answering(200), ({ close, url }) => Effect.as(close, url))

const edit = (it: World, change: (text: string) => string) =>
  Effect.sync(() => {
    const file = join(it.cwd, "inlet.yaml")
    writeFileSync(file, change(readFileSync(file, "utf8")))
  })

/** By a clock that is so many seconds fast. */
const fast = (seconds: number): Options => ({
  env: {
    NODE_OPTIONS: `--import=${pathToFileURL(fileURLToPath(new URL("../login/clock.mjs", import.meta.url))).href}`,
    CLOCK_OFF: String(seconds * 1000)
  }
})

const account = (id: number) => ({ id, name: `Account ${id}`, accountType: "client" as const })

describe("Databox", () => {
  it.scopedLive("takes the key, for the one account or for the one that is chosen", () =>
    Effect.gen(function* () {
      const it = yield* here({ databox: { accounts: [account(7), account(8)] } })
      const open = yield* look(it)
      assert.strictEqual(open.exit, 2)
      assert.deepInclude(open.of("databox"), { status: "failure", code: "E_SINK_ACCOUNT" })
      assert.match(open.of("databox").fix ?? "", /databox\.account/)
      assert.strictEqual(open.of("datasets").status, "skipped")
      yield* edit(it, (text) => text.replace("databox:\n", "databox:\n  account: 8\n"))
      const chosen = yield* look(it)
      assert.deepStrictEqual([chosen.exit, chosen.of("databox").status], [0, "ok"])
      assert.strictEqual(chosen.of("databox").message, "the key is good for account 8, one of 2 that it reaches")
    })
  )

  it.scopedLive("refuses a wrong key and a plan that does not allow it: exit 11", () =>
    Effect.gen(function* () {
      const it = yield* here()
      const wrong = yield* look(it, { env: { DATABOX_API_KEY: "pak_another" } })
      assert.strictEqual(wrong.exit, 11)
      assert.deepInclude(wrong.of("databox"), { status: "failure", code: "E_SINK_AUTH" })
      assert.match(wrong.of("databox").fix ?? "", /valid Databox API key/)
      assert.strictEqual(wrong.of("source").status, "ok")
      yield* it.databoxFaults([{ match: { path: "/data-sources$" }, action: { type: "status", status: 402 } }])
      const plan = yield* look(it)
      assert.strictEqual(plan.exit, 11)
      assert.deepInclude(plan.of("datasets"), { status: "failure", code: "E_SINK_AUTH" })
      assert.match(plan.of("datasets").fix ?? "", /check the plan/)
    })
  )

  it.scopedLive("that is not there is told at once: exit 21; one that wants no more requests is a warning", () =>
    Effect.gen(function* () {
      const it = yield* here()
      yield* it.databoxFaults([{ action: { type: "rate-limit", retryAfter: 3000 }, times: 1 }])
      const busy = yield* look(it)
      assert.deepStrictEqual([busy.exit, busy.of("databox").status], [0, "warning"])
      const away = yield* nowhere
      yield* edit(it, (text) => text.replaceAll(it.databox.url, away))
      const gone = yield* look(it)
      assert.strictEqual(gone.exit, 21)
      assert.deepInclude(gone.of("databox"), { status: "failure", code: "E_SINK_UNAVAILABLE" })
      assert.include(gone.of("databox").message, "ECONNREFUSED")
      assert.match(gone.of("databox").fix ?? "", /network/)
    })
  )
})

describe("datasets", () => {
  const ask = (it: World, method: string, path: string, body?: unknown) =>
    Effect.promise(async (): Promise<unknown> => {
      const headers = { "x-api-key": it.databox.apiKey, "content-type": "application/json" }
      const sent = body === undefined ? {} : { body: JSON.stringify(body) }
      return (await fetch(`${it.databox.url}${path}`, { method, headers, ...sent })).json()
    })
  const Made = Schema.Struct({ id: Schema.Union(Schema.String, Schema.Number) })
  const idOf = Schema.decodeUnknownSync(Made)
  const all = Schema.decodeUnknownSync(Schema.Struct({ datasets: Schema.Array(Made) }))

  it.scopedLive("are to be made, are there, and are as their contracts want them as far as Databox tells", () =>
    Effect.gen(function* () {
      const it = yield* here()
      assert.strictEqual((yield* look(it)).of("datasets").message, "0 there; 1 to be made by the next sync")
      yield* it.run(["sync"])
      const untold = yield* look(it)
      assert.strictEqual(untold.of("datasets").message, "1 there; Databox tells neither keys nor columns")
      yield* it.databoxBehaves({ extras: "present" })
      const told = yield* look(it)
      assert.deepStrictEqual([told.exit, told.of("datasets").message], [0, "1 there, as their contracts want them"])
    })
  )

  it.scopedLive("with another key fail: exit 31; those with columns of another type are a warning", () =>
    Effect.gen(function* () {
      const it = yield* here({ databox: { behaviour: { extras: "present" } }, streams: ["releases", "issues"] })
      const { id: dataSourceId } = idOf(yield* ask(it, "POST", "/v1/data-sources", { title: "Inlet" }))
      const made = (title: string, primaryKeys: ReadonlyArray<string>, schema: ReadonlyArray<unknown> = []) =>
        Effect.map(ask(it, "POST", "/v1/datasets", { title, dataSourceId, primaryKeys, schema }), idOf)
      yield* made("github_releases", ["tag"])
      yield* made("github_issues", ["issue_id"], [{ name: "title", dataType: "number" }])
      const { exit, findings } = yield* look(it)
      assert.strictEqual(exit, 31)
      const ofDatasets = findings.filter(({ check }) => check === "datasets")
      const [key] = ofDatasets.filter(({ status }) => status === "failure")
      const [columns] = ofDatasets.filter(({ status }) => status === "warning")
      assert.deepInclude(key, { status: "failure", code: "E_SINK_DATASET", source: "github" })
      assert.include(key?.message, "github_releases has the primary key tag at Databox")
      assert.match(key?.fix ?? "", /another name/)
      assert.deepInclude(columns, { status: "warning", source: "github" })
      assert.include(columns?.message, "title (number, where the contract has string)")
    })
  )

  it.scopedLive("that rows were sent to and that are gone fail", () =>
    Effect.gen(function* () {
      const it = yield* here()
      yield* it.run(["sync"])
      const { datasets } = all(yield* ask(it, "GET", "/_emulator/datasets"))
      for (const { id } of datasets) yield* ask(it, "DELETE", `/v1/datasets/${id}`)
      const { exit, of } = yield* look(it)
      assert.strictEqual(exit, 31)
      assert.deepInclude(of("datasets"), { status: "failure", code: "E_SINK_DATASET", source: "github" })
      assert.include(of("datasets").message, "github_releases is not there any more")
    })
  )
})

describe("a source", () => {
  it.scopedLive("lets us in, does not know us, or does not show what is to be read", () =>
    Effect.gen(function* () {
      const it = yield* here()
      assert.deepInclude((yield* look(it)).of("source"), { status: "ok", source: "github", message: "it lets us in" })
      const wrong = yield* look(it, { env: { GITHUB_TOKEN: "ghp_another" } })
      assert.strictEqual(wrong.exit, 10)
      assert.deepInclude(wrong.of("source"), { status: "failure", code: "E_SOURCE_AUTH" })
      assert.match(wrong.of("source").fix ?? "", /valid credential/)
      yield* edit(it, (text) => text.replace("acme/app", "acme/nothing"))
      const hidden = yield* look(it)
      assert.strictEqual(hidden.exit, 30)
      assert.deepInclude(hidden.of("source"), { status: "failure", code: "E_SOURCE_NOT_FOUND" })
      assert.include(hidden.of("source").message, "acme/nothing")
    })
  )

  it.scopedLive("that does not grant a scope, or wants no requests, is a warning", () =>
    Effect.gen(function* () {
      const it = yield* here()
      const answer = { type: "status", status: 200, body: {}, headers: { "x-oauth-scopes": "public_repo, read:org" } }
      yield* it.githubFaults([{ match: { path: "^/repos/acme/app$" }, action: answer, times: 1 }])
      const narrow = yield* look(it)
      assert.deepStrictEqual([narrow.exit, narrow.of("source").status], [0, "warning"])
      assert.include(narrow.of("source").message, "lacks the scope repo")
      assert.match(narrow.of("source").fix ?? "", /that right/)
      yield* it.githubFaults([{ action: { type: "rate-limit", retryAfter: 3000 }, times: 1 }])
      const busy = yield* look(it)
      assert.deepStrictEqual([busy.exit, busy.of("source").status], [0, "warning"])
    })
  )

  it.scopedLive("that is not there: exit 20, and the others are heard all the same", () =>
    Effect.gen(function* () {
      const it = yield* here({ githubUrl: yield* nowhere })
      const { exit, of } = yield* look(it)
      assert.strictEqual(exit, 20)
      assert.deepInclude(of("source"), { status: "failure", code: "E_SOURCE_UNAVAILABLE" })
      assert.include(of("source").message, "ECONNREFUSED")
      assert.strictEqual(of("databox").status, "ok")
    })
  )
})

describe("the clock", () => {
  it.scopedLive("is right, a little wrong, or so wrong that it does harm: exit 2", () =>
    Effect.gen(function* () {
      const it = yield* here()
      assert.strictEqual((yield* look(it)).of("clock").status, "ok")
      const little = yield* look(it, fast(120))
      assert.deepStrictEqual([little.exit, little.of("clock").status], [0, "warning"])
      assert.match(little.of("clock").message, /^it is (1m 59s|2m) fast$/)
      const harmful = yield* look(it, fast(-3600))
      assert.deepStrictEqual([harmful.exit, harmful.of("clock").code], [2, "E_CLOCK"])
      assert.match(harmful.of("clock").message, /slow$/)
      assert.match(harmful.of("clock").fix ?? "", /NTP/)
    })
  )
})

describe("the collector", () => {
  it.scopedLive("answers, refuses, is not there, or is asked for in another tongue; none of it fails", () =>
    Effect.gen(function* () {
      const it = yield* here()
      const at = (url: string, more: Readonly<Record<string, string>> = {}) =>
        Effect.map(look(it, { env: { OTEL_EXPORTER_OTLP_ENDPOINT: url, ...more } }), ({ exit, of }) => {
          assert.strictEqual(exit, 0)
          return of("collector")
        })
      assert.match((yield* look(it)).of("collector").message, /^none is configured/)
      const { url } = yield* answering(200)
      assert.deepInclude(yield* at(url), { status: "ok", message: new URL(url).host })
      const refusing = yield* at((yield* answering(503)).url)
      assert.strictEqual(refusing.status, "warning")
      assert.include(refusing.message, "it answered 503")
      const gone = yield* at(yield* nowhere)
      assert.include(gone.message, "ECONNREFUSED")
      assert.match(gone.fix ?? "", /inlet trace RUN --export/)
      const other = yield* at(url, { OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" })
      assert.deepInclude(other, { status: "warning" })
      assert.include(other.message, "gRPC")
    })
  )
})

describe("--offline", () => {
  it.scopedLive("lets no request leave, and says what it leaves out", () =>
    Effect.gen(function* () {
      const it = yield* here()
      const { exit, findings } = yield* look(it, { env: { OTEL_EXPORTER_OTLP_ENDPOINT: yield* nowhere } }, [
        "--offline"
      ])
      assert.strictEqual(exit, 0)
      assert.deepStrictEqual(Findings.wrong(findings), [
        "databox skipped",
        "datasets skipped",
        "source skipped",
        "collector skipped",
        "clock skipped"
      ])
      for (const { message, status } of findings) if (status === "skipped") assert.include(message, "--offline")
      for (const url of [it.databox.url, it.github.url]) {
        assert.deepStrictEqual((yield* it.journal(url)).entries, [])
      }
    })
  )
})

describe("its trace", () => {
  it.scopedLive("has a span for each check that asks somebody, with the requests in it", () =>
    Effect.gen(function* () {
      const it = yield* here()
      const traces = join(it.cwd, "traces")
      yield* look(it, { env: { INLET_TRACE_FILE: traces } })
      const spans = readdirSync(traces).flatMap((file) => spansOf(readFileSync(join(traces, file), "utf8")))
      const under = (name: string) => {
        const [check] = spans.filter((span) => span.name === name)
        return spans.filter(({ parentSpanId }) => parentSpanId === check?.spanId).map((span) => span.name)
      }
      assert.deepStrictEqual(under("check databox"), ["GET /v1/auth/validate-key", "GET /v1/accounts"])
      assert.deepStrictEqual(under("check datasets"), ["GET /v1/accounts/{accountId}/data-sources"])
      assert.deepStrictEqual(under("check source"), ["GET /repos/{owner}/{repo}"])
    })
  )
})

const Span = Schema.Struct({ name: Schema.String, spanId: Schema.String, parentSpanId: Schema.optional(Schema.String) })
const decodeTrace = Schema.decodeUnknownSync(
  Schema.parseJson(
    Schema.Struct({
      resourceSpans: Schema.Array(
        Schema.Struct({ scopeSpans: Schema.Array(Schema.Struct({ spans: Schema.Array(Span) })) })
      )
    })
  )
)

const spansOf = (text: string) =>
  text
    .split("\n")
    .filter((line) => line !== "")
    .flatMap((line) => decodeTrace(line).resourceSpans.flatMap(({ scopeSpans }) => scopeSpans))
    .flatMap(({ spans }) => spans)
