// The trace of a real sync: as its file tells it, as the events alone tell it, and as both tell it together.
import { readFile, rm, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { jsonLines } from "../support/Inlet.ts"
import { decodeReport, type World, world } from "../support/World.ts"

const Attributes = Schema.Record({
  key: Schema.String,
  value: Schema.Union(Schema.String, Schema.Number, Schema.Boolean)
})

const Span = Schema.Struct({
  traceId: Schema.String,
  spanId: Schema.String,
  parentSpanId: Schema.NullOr(Schema.String),
  name: Schema.String,
  kind: Schema.Literal("internal", "client"),
  start: Schema.String,
  end: Schema.String,
  status: Schema.Literal("unset", "ok", "error"),
  errorType: Schema.NullOr(Schema.String),
  attributes: Attributes,
  events: Schema.Array(Schema.Struct({ name: Schema.String, at: Schema.String, attributes: Attributes })),
  links: Schema.Array(Schema.Struct({ traceId: Schema.String, spanId: Schema.String, attributes: Attributes }))
})
type Span = typeof Span.Type

const decodeSpans = Schema.decodeUnknownSync(Schema.Array(Span), { onExcessProperty: "error" })

const spansOf = (it: World, trace: string) =>
  Effect.map(it.run(["trace", trace, "--json"]), ({ code, stderr, stdout }) => {
    assert.strictEqual(stderr, "")
    assert.strictEqual(code, 0)
    return decodeSpans(jsonLines(stdout))
  })

const Events = Schema.Array(Schema.Struct({ type: Schema.String, trace: Schema.NullOr(Schema.String) }))

const eventsOf = (it: World, id: string) =>
  Effect.map(it.run(["events", "--trace", id, "--json"]), ({ stdout }) =>
    Schema.decodeUnknownSync(Events)(jsonLines(stdout))
  )

/** What events tell of: the same, whatever it is read from. */
const TOLD = /^(run .*|map .*|page|provision|send batch|confirm|isolate)$/

const isLoad = (names: ReadonlyMap<string, string>, id: string | null) =>
  names.get(id ?? "")?.startsWith("load ") === true

const told = (spans: ReadonlyArray<Span>) => {
  const names = new Map(spans.map(({ name, spanId }) => [spanId, name]))
  return spans
    .filter(({ name, parentSpanId }) => TOLD.test(name) && !(name.startsWith("map ") && isLoad(names, parentSpanId)))
    .map(({ errorType, links, name, parentSpanId, spanId, status }) => {
      const parent = names.get(parentSpanId ?? "")
      // Events do not tell which parts were the pieces of another.
      return { name, spanId, parent: parent === "isolate" ? "load github_issues" : parent, status, errorType, links }
    })
    .sort((one, other) => (one.spanId < other.spanId ? -1 : 1))
}

const fileOf = (it: World, traceId: string) => join(it.cwd, ".inlet", "traces", `${traceId}.jsonl`)

/** One sync of one stream, and what its trace says. */
const synced = Effect.gen(function* () {
  const it = yield* world({ repositories: ["acme/app"], streams: ["issues"] })
  const { code, runs, traceId } = yield* it.report("sync")
  assert.strictEqual(code, 0)
  const spans = yield* spansOf(it, traceId)
  return { it, run: runs[0]?.run ?? "", traceId, spans, file: fileOf(it, traceId) }
})

const Request = Schema.Struct({
  resourceSpans: Schema.Array(
    Schema.Struct({
      resource: Schema.Unknown,
      scopeSpans: Schema.Array(
        Schema.Struct({
          scope: Schema.Unknown,
          spans: Schema.Array(Schema.Record({ key: Schema.String, value: Schema.Unknown }))
        })
      )
    })
  )
})
type Request = typeof Request.Type

const requestsOf = (text: string) => Schema.decodeUnknownSync(Schema.Array(Request))(jsonLines(text))

/** The first half of the spans with such names. */
const first = ({ resourceSpans }: Request, isWanted: (name: unknown) => boolean): Request => ({
  resourceSpans: resourceSpans.map(({ resource, scopeSpans }) => ({
    resource,
    scopeSpans: scopeSpans.map(({ scope, spans }) => {
      const wanted = spans.filter(({ name }) => isWanted(name))
      return { scope, spans: wanted.slice(0, Math.ceil(wanted.length / 2)) }
    })
  }))
})

describe("the trace of a sync", () => {
  it.scopedLive("is found by its id, by its run, and as the last one, and leads to its events", () =>
    Effect.gen(function* () {
      const { it, run, spans, traceId } = yield* synced
      assert.deepStrictEqual(yield* spansOf(it, run), spans)
      // A second sync finds nothing new, so that the log does not know of it.
      const second = yield* it.report("sync")
      yield* it.run(["status"])
      const last = yield* spansOf(it, "last")
      assert.strictEqual(last[0]?.traceId, second.traceId)
      assert.strictEqual(spans[0]?.traceId, traceId)
      const unknown = yield* it.refusal(["trace", "nothing"])
      assert.strictEqual(unknown.code, 2)
      assert.strictEqual(unknown.error.message, "There is no run nothing.")

      const all = yield* eventsOf(it, traceId)
      assert.isAtLeast(all.length, 6)
      for (const { trace } of all) assert.include(trace, traceId)
      const page = spans.find(({ name }) => name === "page")
      const [event] = yield* eventsOf(it, page?.spanId ?? "")
      assert.strictEqual(event?.type, "BatchRecorded")
      const none = yield* it.run(["events", "--trace", "f".repeat(16)])
      assert.deepStrictEqual([none.code, none.stdout, none.stderr], [0, "", "There is no such event.\n"])
      const wrong = yield* it.refusal(["events", "--trace", run])
      assert.strictEqual(wrong.code, 2)
      const { stdout } = yield* it.run(["runs", run])
      assert.include(stdout, `inlet trace ${run}`)
    })
  )

  it.scopedLive("is the same when its file is gone, as far as events tell", () =>
    Effect.gen(function* () {
      const it = yield* world({ repositories: ["acme/large"], streams: ["issues"], github: { issues: 120 } })
      const [first] = yield* it.items("acme/large", "issues")
      yield* it.databoxBehaves({ rejectRows: { column: "issue_id", equals: String(first?.id) } })
      yield* it.databoxFaults([{ match: { path: "/data$" }, action: { type: "status", status: 503 } }])
      const sync = yield* it.report("sync")
      assert.strictEqual(sync.code, 3)
      yield* it.databoxBehaves({})
      const replay = yield* it.run(["replay", "sends", "--json"])
      for (const traceId of [sync.traceId, decodeReport(replay.stdout).traceId]) {
        const spans = yield* spansOf(it, traceId)
        yield* Effect.promise(() => rm(fileOf(it, traceId)))
        const rebuilt = yield* spansOf(it, traceId)
        assert.deepStrictEqual(told(rebuilt), told(spans))
        assert.isAtLeast(told(spans).length, 6)
        const [root] = rebuilt
        assert.deepStrictEqual([root?.name, root?.parentSpanId], [spans[0]?.name, null])
        assert.strictEqual(root?.attributes["inlet.trace.rebuilt"], true)
        const { stdout } = yield* it.run(["trace", traceId])
        assert.include(stdout, "Its file is gone: this was rebuilt from the events.")
        assert.strictEqual((yield* it.run(["trace", traceId])).stdout, stdout)
      }
    })
  )

  it.scopedLive("is completed where its process was killed before it was written", () =>
    Effect.gen(function* () {
      const { file, it, spans, traceId } = yield* synced
      const text = yield* Effect.promise(() => readFile(file, "utf8"))
      // What is around others ends last; of the others the second half, too, was not written, but for a part of a line.
      const isWritten = (name: unknown) => !/^(inlet|sync|run|extract|load) /.test(String(name))
      const written = requestsOf(text).map((request) => first(request, isWritten))
      yield* Effect.promise(() =>
        writeFile(file, `${written.map((one) => JSON.stringify(one)).join("\n")}\n${text.slice(0, 999)}`)
      )
      const completed = yield* spansOf(it, traceId)
      assert.isBelow(completed.length, spans.length)
      assert.isTrue(completed.some(({ name }) => name.startsWith("GET ")))
      assert.deepStrictEqual(told(completed), told(spans))
      const ids = new Set(completed.map(({ spanId }) => spanId))
      const tops = completed.filter(({ parentSpanId }) => parentSpanId === null || !ids.has(parentSpanId))
      assert.deepStrictEqual(
        tops.map(({ name }) => name),
        ["inlet sync"]
      )
      const { stdout } = yield* it.run(["trace", traceId])
      assert.match(stdout, /^Its file has no end: .*\n\d+ spans of \d+ were rebuilt from the events\.$/m)
    })
  )
})
