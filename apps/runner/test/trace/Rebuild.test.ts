// A trace out of events alone: the ids that events name, the same to the byte each time, and nothing that they do not tell.
import { assert, describe, it } from "@effect/vitest"
import { ruleOf } from "../../src/telemetry/Allowed.ts"
import * as Otlp from "../../src/trace/Otlp.ts"
import { rebuild } from "../../src/trace/Rebuild.ts"
import type { Span } from "../../src/trace/Span.ts"
import * as Tree from "../../src/trace/Tree.ts"
import * as Strict from "../telemetry/Otlp.ts"
import * as Made from "./Events.ts"

const T = "4bf92f3577b34da6a3ce929d0e0e4736"
const OTHER = "0af7651916cd43dd8448eb211c80319c"
const RUN = "20261124T225501-k3f9q2"
const NEXT = "20261124T230000-aaaaaa"

/** An id that reads: `a1` is a1a1a1a1a1a1a1a1. */
const id = (two: string) => two.repeat(8)
const here = (two: string) => Made.trace(T, id(two))
const there = (two: string) => Made.trace(OTHER, id(two))

/** As it reads: each span's name below its parent's, with what went wrong. */
const outline = (spans: ReadonlyArray<Span>): ReadonlyArray<string> => {
  const lines = (nodes: ReadonlyArray<Tree.Node>, depth: number): ReadonlyArray<string> =>
    nodes.flatMap(({ children, span }) => [
      `${"  ".repeat(depth)}${span.name}${span.status === "error" ? ` ! ${span.attributes["error.type"] ?? ""}`.trimEnd() : ""}`,
      ...lines(children, depth + 1)
    ])
  return lines(Tree.make(spans), 0)
}

const named = (spans: ReadonlyArray<Span>, name: string): Span => {
  const [span, ...others] = spans.filter((span) => span.name === name)
  assert.isDefined(span, name)
  assert.lengthOf(others, 0, name)
  return span as Span
}

/** A sync of two pages, the second part of which is tried twice, refused by the verdict, and cut. */
const whole = () => {
  const { add, events } = Made.log()
  const at = (millis: number, span: string, stream?: string) => ({
    run: RUN,
    at: millis,
    trace: here(span),
    ...(stream !== undefined && { stream })
  })
  add(
    "TokenChanged",
    { reason: "refreshed", expiry: null, scopes: [] },
    {
      run: "connection/github",
      stream: "connection/github",
      at: 0,
      trace: here("70")
    }
  )
  add("RunStarted", Made.started(), at(10, "a0"))
  add("BatchRecorded", Made.recorded(`${RUN}/1`), at(20, "b1"))
  add(
    "DatasetProvisioned",
    { dataset: { title: "github_issues", id: "1", dataSource: "2", contractVersion: 1, api: "v1" } },
    at(30, "d1")
  )
  add("SendStarted", Made.sendStarted(`${RUN}/1`), at(40, "c1"))
  add("SendAccepted", Made.sendAccepted(`${RUN}/1`), at(50, "c1"))
  add("BatchRecorded", { ...Made.recorded(`${RUN}/2`, 40), repeated: "0-1" }, at(60, "b2"))
  add("CursorMoved", { from: null, to: 1, reason: "extracted" }, at(60, "b2"))
  add("SendConfirmed", Made.sendConfirmed(`${RUN}/1`), at(70, "e1"))
  add("SendStarted", Made.sendStarted(`${RUN}/2`, 1, 1, 40), at(80, "c2"))
  add("SendFailed", Made.sendFailed(`${RUN}/2`, "retryable", "rate_limited"), at(90, "c2"))
  add("SendStarted", Made.sendStarted(`${RUN}/2`, 1, 2, 40), at(1_090, "c2"))
  add("SendAccepted", Made.sendAccepted(`${RUN}/2`, 1, 2), at(1_100, "c2"))
  add("SendFailed", Made.sendFailed(`${RUN}/2`, "permanent", "invalid_rows", 2), at(1_200, "e2"))
  add("SendStarted", Made.sendStarted(`${RUN}/2`, 2, 1, 1), at(1_210, "c3"))
  add("SendFailed", Made.sendFailed(`${RUN}/2`, "permanent", "invalid_rows", 1, 2), at(1_220, "c3"))
  add(
    "RowsQuarantined",
    { batch: `${RUN}/2`, part: 2, attempt: 1, stage: "sink", rows: [{ index: 0, key: null, code: "x", path: null }] },
    at(1_230, "f1")
  )
  add("RunEnded", Made.ended("completed", null, { read: 140, sent: 139, quarantined: 1 }), at(1_300, "a0"))
  return events
}

describe("a trace rebuilt from events", () => {
  const spans = rebuild(Made.gather(T, whole())).spans

  it("has the spans that events name, where they belong", () => {
    assert.deepStrictEqual(outline(spans), [
      "inlet sync",
      "  sync github",
      "    refresh token",
      "    run issues",
      "      extract issues",
      "        page",
      "        page",
      "      load github_issues",
      "        provision",
      "        send batch",
      "        confirm",
      "        send batch",
      "        confirm ! E_SINK_REFUSED",
      "        send batch ! E_SINK_REFUSED",
      "        isolate"
    ])
    const ids = new Set(spans.map(({ spanId }) => spanId))
    for (const two of ["70", "a0", "b1", "b2", "d1", "c1", "c2", "c3", "e1", "e2", "f1"]) assert.include(ids, id(two))
    assert.strictEqual(ids.size, spans.length)
    assert.strictEqual(named(spans, "run issues").spanId, id("a0"))
    assert.strictEqual(named(spans, "refresh token").spanId, id("70"))
  })

  it("says when, as far as it is known", () => {
    const times = spans.map(({ end, name, start }) => [
      name,
      Number(start % 10_000_000_000n) / 1e6,
      Number(end - start) / 1e6
    ])
    assert.deepStrictEqual(times.slice(0, 4), [
      ["inlet sync", 1_000, 1_300],
      ["sync github", 1_000, 1_300],
      ["refresh token", 1_000, 0],
      ["run issues", 1_010, 1_290]
    ])
    assert.deepInclude(times, ["page", 1_060, 0])
    assert.deepInclude(times, ["send batch", 1_080, 1_020])
    // From its acceptance to its verdict.
    assert.deepInclude(times, ["confirm", 1_050, 20])
  })

  it("tells the same numbers as the run", () => {
    const { attributes } = named(spans, "run issues")
    assert.deepInclude(attributes, {
      "inlet.run.id": RUN,
      "inlet.run.outcome": "partial",
      "inlet.rows.extracted": 140,
      "inlet.rows.sent": 140,
      "inlet.rows.confirmed": 100,
      "inlet.rows.rejected": 1
    })
    assert.deepInclude(named(spans, "extract issues").attributes, { "inlet.pages": 2, "inlet.rows": 140 })
    assert.deepInclude(named(spans, "load github_issues").attributes, { "inlet.batches": 2 })
    assert.deepInclude(spans.find(({ spanId }) => spanId === id("b2"))?.attributes, {
      "inlet.rows": 42,
      "inlet.page.index": 2
    })
  })

  it("takes attempts in one span for one, and tells that it was tried again", () => {
    const again = spans.find(({ spanId }) => spanId === id("c2"))
    assert.deepStrictEqual(
      again?.events.map(({ attributes, name }) => [name, attributes] as const),
      [["retry.scheduled", { reason: "E_SINK_RATE_LIMITED", delay_ms: 1_000 }]]
    )
    assert.strictEqual(again?.status, "ok")
  })

  it("leads from a sending to its page", () => {
    assert.deepStrictEqual(spans.find(({ spanId }) => spanId === id("c3"))?.links, [
      { traceId: T, spanId: id("b2"), attributes: { "inlet.link": "rows-from" } }
    ])
  })

  it("is marked as what it is, at its root", () => {
    assert.deepStrictEqual(
      spans.filter(({ attributes }) => attributes["inlet.trace.rebuilt"] === true).map(({ name }) => name),
      ["inlet sync"]
    )
  })

  it("is the same to the byte, whatever else is in the log", () => {
    const { version } = rebuild(Made.gather(T, whole()))
    const once = Otlp.encode(version, spans)
    const events = whole()
    const { add, events: more } = Made.log()
    add("RunStarted", Made.started(), { run: NEXT, at: 9_000, trace: there("a9") })
    const again = rebuild(Made.gather(T, [...events, ...more]))
    assert.strictEqual(Otlp.encode(again.version, again.spans), once)
    // Its derived ids are those of no other trace.
    const [root] = rebuild(Made.gather(OTHER, more)).spans
    assert.isFalse(spans.some(({ spanId }) => spanId === root?.spanId))
  })

  it("says nothing that a trace may not say", () => {
    for (const { attributes, name } of spans) {
      const { allows, name: known } = ruleOf(name)
      assert.strictEqual(known, name)
      for (const key of Object.keys(attributes)) assert.isTrue(allows(key), `${name}: ${key}`)
    }
    const line = Otlp.encode("0.1.0", spans)
    assert.notInclude(line, "what happened")
    // And it says it as a collector takes it.
    assert.lengthOf(Strict.spans([line]), spans.length)
  })
})

describe("what ends otherwise", () => {
  it("a failed run blames the half that failed, and whatever is around it", () => {
    const { add, events } = Made.log()
    const at = (millis: number, span: string) => ({ run: RUN, at: millis, trace: here(span) })
    add("RunStarted", Made.started(), at(0, "a0"))
    add("BatchRecorded", Made.recorded(`${RUN}/1`), at(1, "b1"))
    add("SendStarted", Made.sendStarted(`${RUN}/1`), at(2, "c1"))
    add("SendAccepted", Made.sendAccepted(`${RUN}/1`), at(3, "c1"))
    add("RunEnded", Made.ended("failed", "E_SOURCE_RATE_LIMITED", { read: 100, pending: 100 }), at(4, "a0"))
    const { spans } = rebuild(Made.gather(T, events))
    // What was accepted was not confirmed here: there is no span of a verdict.
    assert.deepStrictEqual(outline(spans), [
      "inlet sync ! E_SOURCE_RATE_LIMITED",
      "  sync github ! E_SOURCE_RATE_LIMITED",
      "    run issues ! E_SOURCE_RATE_LIMITED",
      "      extract issues ! E_SOURCE_RATE_LIMITED",
      "        page",
      "      load github_issues",
      "        send batch"
    ])
  })

  it("an interruption is no error", () => {
    const { add, events } = Made.log()
    add("RunStarted", Made.started(), { run: RUN, at: 0, trace: here("a0") })
    add("RunEnded", Made.ended("interrupted"), { run: RUN, at: 4, trace: here("a0") })
    const run = named(rebuild(Made.gather(T, events)).spans, "run issues")
    assert.strictEqual(run.status, "ok")
    assert.deepInclude(run.attributes, { "inlet.run.outcome": "interrupted", "status.interrupted": true })
  })

  it("an invalid token is one", () => {
    const { add, events } = Made.log()
    const where = { run: "connection/strava", stream: "connection/strava", at: 0, trace: here("70") }
    add("TokenChanged", { reason: "invalid", expiry: null, scopes: [] }, where)
    const { spans } = rebuild(Made.gather(T, events))
    assert.deepStrictEqual(outline(spans), ["inlet login", "  login strava", "    refresh token ! E_SOURCE_AUTH"])
  })

  it("a sign-in has no span of its own", () => {
    const { add, events } = Made.log()
    const where = { run: "connection/strava", stream: "connection/strava", at: 0, trace: here("70") }
    add("TokenChanged", { reason: "authorized", expiry: null, scopes: [] }, where)
    add("RunStarted", Made.started(), { run: RUN, at: 0, trace: here("a0") })
    const { spans } = rebuild(Made.gather(T, events))
    assert.notInclude(
      spans.map(({ name }) => name),
      "refresh token"
    )
    assert.notInclude(
      spans.map(({ spanId }) => spanId),
      id("70")
    )
  })

  describe("a run that was killed", () => {
    const { add, events } = Made.log()
    add("RunStarted", Made.started(), { run: RUN, at: 0, trace: here("a0") })
    add("BatchRecorded", Made.recorded(`${RUN}/1`), { run: RUN, at: 10, trace: here("b1") })
    add("SendStarted", Made.sendStarted(`${RUN}/1`), { run: RUN, at: 20, trace: here("c1") })
    // The next one finds it, an hour later.
    const late = 3_600_000
    add("RunEnded", Made.ended("abandoned", null, { read: 100, pending: 100 }), {
      run: RUN,
      at: late,
      trace: there("a9")
    })
    add("RunStarted", Made.started({ cursor: 1 }), { run: NEXT, at: late, trace: there("a9") })
    add("SendStarted", Made.sendStarted(`${RUN}/1`, 1, 2), { run: NEXT, at: late + 10, trace: there("c9") })
    add("SendAccepted", Made.sendAccepted(`${RUN}/1`, 1, 2), { run: NEXT, at: late + 20, trace: there("c9") })
    add("SendConfirmed", Made.sendConfirmed(`${RUN}/1`, 1, 2), { run: NEXT, at: late + 30, trace: there("e9") })
    add("RunEnded", Made.ended("completed"), { run: NEXT, at: late + 40, trace: there("a9") })

    it("ends when it last told of itself", () => {
      const { spans } = rebuild(Made.gather(T, events))
      const run = named(spans, "run issues")
      assert.strictEqual(Number(run.end - run.start) / 1e6, 20)
      assert.deepInclude(run.attributes, { "inlet.run.outcome": "abandoned" })
      assert.strictEqual(run.status, "error")
      assert.strictEqual(named(spans, "send batch").status, "unset")
    })

    it("is led to by the one that went on with its work", () => {
      const { spans } = rebuild(Made.gather(OTHER, events))
      assert.deepStrictEqual(outline(spans), [
        "inlet send",
        "  send github",
        "    run issues",
        "      load github_issues",
        "        send batch",
        "        confirm"
      ])
      assert.deepStrictEqual(named(spans, "send batch").links, [
        { traceId: T, spanId: id("b1"), attributes: { "inlet.link": "rows-from" } },
        { traceId: T, spanId: id("c1"), attributes: { "inlet.link": "resend-of" } }
      ])
    })
  })

  it("a verdict on what an earlier command sent is in this one", () => {
    const { add, events } = Made.log()
    add("SendStarted", Made.sendStarted(`${RUN}/1`), { run: RUN, at: 0, trace: there("c1") })
    add("SendAccepted", Made.sendAccepted(`${RUN}/1`), { run: RUN, at: 1, trace: there("c1") })
    add("RunStarted", Made.started(), { run: NEXT, at: 10, trace: here("a0") })
    add("SendConfirmed", Made.sendConfirmed(`${RUN}/1`), { run: NEXT, at: 20, trace: here("e1") })
    const { spans } = rebuild(Made.gather(T, events))
    assert.deepStrictEqual(outline(spans).slice(2), ["    run issues", "      load github_issues", "        confirm"])
    assert.strictEqual(named(spans, "confirm").spanId, id("e1"))
  })

  it("a replay leads to the runs that it replays", () => {
    const { add, events } = Made.log()
    const replays = {
      mapping: "recorded",
      dataset: "github_issues",
      purge: true,
      runs: [
        { run: RUN, trace: there("a0") },
        { run: "older", trace: null }
      ]
    }
    const at = (millis: number, span: string) => ({ run: NEXT, at: millis, trace: here(span) })
    const replayed = {
      batch: `${NEXT}/1`,
      replays: `${RUN}/1`,
      blob: "b",
      records: 99,
      dataset: "github_issues",
      trace: there("b1")
    }
    add("RunStarted", Made.started({ mode: "resend", replays }), at(0, "a1"))
    add("BatchReplayed", replayed, at(0, "a2"))
    add("DatasetPurged", { dataset: "github_issues" }, at(5, "a3"))
    add("SendStarted", Made.sendStarted(`${NEXT}/1`), at(10, "c1"))
    const { spans } = rebuild(Made.gather(T, events))
    assert.deepStrictEqual(outline(spans), [
      "inlet replay sends",
      "  replay github",
      "    run issues",
      "      map github_issues",
      "      load github_issues",
      "        purge",
      "        send batch"
    ])
    assert.deepStrictEqual(named(spans, "run issues").links, [
      { traceId: OTHER, spanId: id("a0"), attributes: { "inlet.link": "replay-of" } }
    ])
    assert.deepStrictEqual(named(spans, "send batch").links, [
      { traceId: OTHER, spanId: id("b1"), attributes: { "inlet.link": "rows-from" } }
    ])
  })
})

describe("a long run", () => {
  /** Pages beyond the 200th have no span of their own, but for every tenth. */
  const long = (pages: number) => {
    const { add, events } = Made.log()
    add("RunStarted", Made.started(), { run: RUN, at: 0, trace: here("a0") })
    for (let page = 1; page <= pages; page++) {
      const own = page <= 200 || page % 10 === 0
      const span = own ? page.toString(16).padStart(16, "0") : id("ee")
      const sending = own ? (page + 0x10000).toString(16).padStart(16, "0") : id("ff")
      const batch = `${RUN}/${page}`
      add("BatchRecorded", Made.recorded(batch), { run: RUN, at: page * 10, trace: Made.trace(T, span) })
      add("SendStarted", Made.sendStarted(batch), { run: RUN, at: page * 10 + 1, trace: Made.trace(T, sending) })
      add("SendAccepted", Made.sendAccepted(batch), { run: RUN, at: page * 10 + 2, trace: Made.trace(T, sending) })
    }
    return rebuild(Made.gather(T, events)).spans
  }

  it("has the spans that it had, and counts all", () => {
    const spans = long(500)
    assert.lengthOf(
      spans.filter(({ name }) => name === "page"),
      230
    )
    assert.lengthOf(
      spans.filter(({ name }) => name === "send batch"),
      230
    )
    const extract = named(spans, "extract issues")
    // The span that all of the others name is the one around them.
    assert.strictEqual(extract.spanId, id("ee"))
    assert.strictEqual(named(spans, "load github_issues").spanId, id("ff"))
    assert.deepInclude(extract.attributes, { "inlet.pages": 500, "inlet.rows": 50_000 })
  })
})

describe("an unfinished trace", () => {
  const span = (
    name: string,
    spanId: string,
    parentSpanId: string,
    from: number,
    to: number,
    attributes = {}
  ): Span => {
    const begin = BigInt(Date.parse("2026-11-24T22:55:01.000Z")) * 1_000_000n
    const at = (millis: number) => begin + BigInt(millis) * 1_000_000n
    const rest = { kind: "internal", status: "ok", events: [], links: [] } as const
    return { traceId: T, spanId, parentSpanId, name, start: at(from), end: at(to), attributes, ...rest }
  }
  const { add, events } = Made.log()
  add("RunStarted", Made.started(), { run: RUN, at: 10, trace: here("a0") })
  add("BatchRecorded", Made.recorded(`${RUN}/1`), { run: RUN, at: 20, trace: here("b1") })
  add("BatchRecorded", Made.recorded(`${RUN}/2`), { run: RUN, at: 30, trace: here("b2") })
  add("SendStarted", Made.sendStarted(`${RUN}/1`), { run: RUN, at: 40, trace: here("c1") })
  add("SendStarted", Made.sendStarted(`${RUN}/2`), { run: RUN, at: 45, trace: here("c2") })
  const known = [
    span("send batch", id("c1"), id("ac"), 40, 44),
    span("GET /issues", id("91"), id("b1"), 2, 15),
    span("page", id("b1"), id("ab"), 1, 21),
    span("GET /issues", id("92"), id("b2"), 22, 28),
    span("append events", id("93"), id("a0"), 5, 50)
  ]
  const { spans } = rebuild(Made.gather(T, events), known)

  it("gets only what its file has not, so that nothing is without a parent", () => {
    assert.deepStrictEqual(spans.map(({ name }) => name).sort(), [
      "extract issues",
      "inlet sync",
      "load github_issues",
      "page",
      "run issues",
      "send batch",
      "sync github"
    ])
    assert.lengthOf(Tree.lost([...known, ...spans]), 0)
    assert.lengthOf(Tree.make([...known, ...spans]), 1)
    // The file knows which span the first page is a part of; no event does.
    assert.strictEqual(named(spans, "extract issues").spanId, id("ab"))
    assert.strictEqual(named(spans, "load github_issues").spanId, id("ac"))
  })

  it("was under way as long as anything of it was", () => {
    const page = named(spans, "page")
    assert.deepStrictEqual([page.start, page.end], [known[3]?.start, page.start + 8_000_000n])
    const root = named(spans, "inlet sync")
    assert.deepStrictEqual([root.start, root.end], [known[2]?.start, known[4]?.end])
  })
})
