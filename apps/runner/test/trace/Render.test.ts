// A trace as it looks in a terminal: every column counts.
import { assert, describe, it } from "@effect/vitest"
import { json } from "../../src/trace/Json.ts"
import * as Render from "../../src/trace/Render.ts"
import type { Span } from "../../src/trace/Span.ts"
import * as Tree from "../../src/trace/Tree.ts"
import { failed, large, type Made, small, spans, TRACE } from "./Spans.ts"

const RUN = "20261120T080000-aaaaaa"

const target: Render.Options["target"] = ({ traceId }) =>
  traceId === TRACE ? { name: "page", run: null } : { name: null, run: RUN }

const plain: Render.Options = { columns: 80, all: false, paint: (_, text) => text, target }

const render = (all: ReadonlyArray<Span>, options: Partial<Render.Options> = {}) =>
  Render.render(Tree.make(all), { ...plain, ...options })

const at80 = `
inlet sync ✗ E_SINK_REFUSED  exit 31                       42.0 s  ━━━━━━━━━━━━━
└─ sync github ✗ E_SINK_REFUSED                            41.8 s  ━━━━━━━━━━━━━
   └─ run issues ✗ E_SINK_REFUSED                          41.7 s  ━━━━━━━━━━━━━
      ├─ extract issues  140 rows, 2 pages                 37.9 s  ━━━━━━━━━━━━
      │  ├─ page  100 rows                                  1.2 s  ━
      │  │  ├─ GET /repos/{owner}/{repo}/issues  200        1.1 s  ━
      │  │  ├─ decode                                      9.0 ms  ━
      │  │  └─ append events                               850 µs  ━
      │  └─ page  40 rows                                  36.5 s  ━━━━━━━━━━━━
      │     │  · waits 32.1 s for the rate limit of the source
      │     │  · tries again in 2.0 s: 503
      │     ├─ GET /repos/{owner}/{repo}/issues ✗ 429      190 ms  ━
      │     ├─ GET /repos/{owner}/{repo}/issues ✗ 503      200 ms            ━
      │     └─ GET /repos/{owner}/{repo}/issues  200        1.9 s             ━
      └─ load github_issues ✗ E_SINK_REFUSED               40.3 s  ━━━━━━━━━━━━━
         ├─ send batch  100 rows                           480 ms  ━
         │     → rows from page
         └─ send batch ✗ E_SINK_REFUSED  40 rows            3.5 s             ━━
               → rows from page of run ${RUN}`

const at200 = `
inlet sync ✗ E_SINK_REFUSED  exit 31                                 42.0 s  ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━
└─ sync github ✗ E_SINK_REFUSED                                      41.8 s  ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━
   └─ run issues ✗ E_SINK_REFUSED  20261124T225501-k3f9q2            41.7 s  ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━
      ├─ extract issues  140 rows, 2 pages                           37.9 s  ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━
      │  ├─ page  100 rows                                            1.2 s  ━━
      │  │  ├─ GET /repos/{owner}/{repo}/issues  200                  1.1 s  ━━
      │  │  ├─ decode                                                9.0 ms   ━
      │  │  └─ append events                                         850 µs   ━
      │  └─ page  40 rows                                            36.5 s   ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━
      │     │  · waits 32.1 s for the rate limit of the source
      │     │  · tries again in 2.0 s: 503
      │     ├─ GET /repos/{owner}/{repo}/issues ✗ 429                190 ms   ━
      │     ├─ GET /repos/{owner}/{repo}/issues ✗ 503  attempt 2     200 ms                            ━
      │     └─ GET /repos/{owner}/{repo}/issues  200, attempt 3       1.9 s                              ━━
      └─ load github_issues ✗ E_SINK_REFUSED  2 batches              40.3 s   ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━
         ├─ send batch  100 rows                                     480 ms   ━
         │     → rows from page
         └─ send batch ✗ E_SINK_REFUSED  40 rows                      3.5 s                               ━━━━
               → rows from page of run ${RUN}`

const folded = `
inlet sync                                               8 m 20 s  ━━━━━━━━━━━━━
└─ sync github                                           8 m 20 s  ━━━━━━━━━━━━━
   └─ run issues  20261124T225501-k3f9q2                 8 m 20 s  ━━━━━━━━━━━━━
      ├─ extract issues                                  8 m 20 s  ━━━━━━━━━━━━━
      │  ├─ page × 499, 401 ms … 899 ms, 49,900 rows     8 m 19 s  ━━━━━━━━━━━━━
      │  └─ page  100 rows                                 400 ms              ━
      │     ├─ GET /repos/{owner}/{repo}/issues ✗ 502       45 ms              ━
      │     ├─ GET /repos/{owner}/{repo}/issues  200       330 ms              ━
      │     ├─ decode                                      4.0 ms              ━
      │     └─ append events                               4.0 ms              ━
      └─ load github_issues                              8 m 20 s  ━━━━━━━━━━━━━
         ├─ send batch × 499, 100 ms each, 49,900 rows   8 m 18 s  ━━━━━━━━━━━━━
         └─ send batch  100 rows                           100 ms  ━
               → rows from page`

/** Names and values that would have a terminal do something, or that do not end. */
const hostile: Made = {
  name: "inlet \u001b[2Jsync",
  from: 0,
  to: 10,
  ...failed("E\u0007_\u202eX".repeat(40)),
  below: [
    {
      name: `page\r\n${"x".repeat(300)}`,
      from: 0,
      to: 5,
      attributes: { "inlet.databox.status": "\u001b[31mred" },
      events: [
        ["exception", 1, { "exception.message": `line\nline \u001b]0;title\u0007${"y".repeat(300)}` }],
        ["retry.scheduled", 2, { reason: "\u001b[0m503", delay_ms: 1 }]
      ],
      links: [{ traceId: TRACE, spanId: "1".repeat(16), attributes: { "inlet.link": "\u009b2J" } }]
    }
  ]
}

describe("a trace in a terminal", () => {
  it("of 80 columns", () => {
    assert.strictEqual(`\n${render(spans(small)).join("\n")}`, at80)
  })

  it("of 200 columns", () => {
    assert.strictEqual(`\n${render(spans(small), { columns: 200 }).join("\n")}`, at200)
  })

  it("folds what says the same, and shows what does not", () => {
    assert.strictEqual(`\n${render(spans(large(500))).join("\n")}`, folded)
  })

  it("reads at a glance, be it of 40 spans or of thousands", () => {
    for (const pages of [1, 5, 8, 13, 40, 1_250]) assert.isAtMost(render(spans(large(pages))).length, 70, `${pages}`)
    // What has room is not folded.
    assert.isFalse(render(spans(large(5))).some((line) => line.includes("×")))
  })

  it("shows every span with --all", () => {
    const all = spans(large(500))
    const shown = render(all, { all: true }).filter((line) => !line.includes("→"))
    assert.lengthOf(shown, all.length)
  })

  it("counts what went wrong among the folded", () => {
    const pages = Array.from(
      { length: 90 },
      (_, index): Made => ({ name: "page", from: index, to: index + 1, ...failed("E_X") })
    )
    const lines = render(spans({ name: "extract issues", from: 0, to: 90, below: pages }), { columns: 120 })
    assert.include(lines[1], "page × 78, 1.0 ms each, ✗ E_X × 78")
    assert.lengthOf(lines, 14)
  })

  it("is never wider than the terminal", () => {
    for (const columns of [20, 40, 59, 60, 79, 80, 120, 200]) {
      for (const made of [small, large(300), hostile]) {
        for (const all of [true, false]) {
          for (const line of render(spans(made), { columns, all })) assert.isAtMost([...line].length, columns, line)
        }
      }
    }
  })

  it("is not cut where nobody told a width", () => {
    const lines = render(spans(hostile), { columns: Number.POSITIVE_INFINITY })
    assert.include(lines.join("\n"), "x".repeat(300))
  })

  it("never lets foreign text speak to the terminal", () => {
    for (const columns of [80, Number.POSITIVE_INFINITY]) {
      const target = () => ({ name: null, run: "\u001b]0;title\u0007" })
      for (const line of render(spans(hostile), { columns, all: true, target }))
        assert.notMatch(line, /[\p{Cc}\p{Cf}]/u)
    }
  })

  it("paints what went wrong red", () => {
    const painted = render(spans(small), { paint: (style, text) => `<${style}>${text}</${style}>` }).join("\n")
    assert.include(painted, "<bold>run issues</bold><red> ✗ E_SINK_REFUSED</red>")
    assert.include(painted, "<bold>GET /repos/{owner}/{repo}/issues</bold><red> ✗ 429</red>")
    assert.notInclude(painted, "<red> ✗ 200")
  })

  it("sums up what happened often", () => {
    const waits = Array.from(
      { length: 5 },
      (_, index) => ["rate_limit.wait", index, { peer: "sink", seconds: 60 }] as const
    )
    const slow: Made["events"] = [["page", 9, { "inlet.page.index": 213, duration_ms: 6_100, "error.type": "E_X" }]]
    const lines = render(spans({ name: "extract issues", from: 0, to: 10, events: [...waits, ...slow] }))
    assert.include(lines[1], "· 5 × rate_limit.wait, 5 m 00 s in all")
    assert.include(lines[2], "· page 213 ✗ E_X after 6.1 s, without a span of its own")
  })
})

describe("a trace that is not whole", () => {
  const all = spans(small)

  it("is shown as far as it is there", () => {
    const lines = render(all.filter(({ name }) => name !== "run issues"))
    assert.include(lines.join("\n"), "\nextract issues  140 rows, 2 pages  (what it")
    assert.lengthOf(lines, at80.trim().split("\n").length - 1)
  })

  it("is shown where parents make a ring", () => {
    const [one, other] = all
    assert.isDefined(one)
    assert.isDefined(other)
    if (one === undefined || other === undefined) return
    const ring = [
      { ...one, name: "page", parentSpanId: other.spanId },
      { ...other, parentSpanId: one.spanId }
    ]
    assert.lengthOf(render(ring), 2)
  })

  it("shows a span once that was written twice", () => {
    assert.deepStrictEqual(render([...all, ...all]), render(all))
  })
})

describe("a trace as JSON", () => {
  it("has a line a span, with all digits of its times", () => {
    const [root, , run] = Tree.flatten(Tree.make(spans(small))).map(json)
    assert.deepStrictEqual(root, {
      traceId: TRACE,
      spanId: "0000000000000001",
      parentSpanId: null,
      name: "inlet sync",
      kind: "internal",
      start: "2026-11-24T22:55:01.000000000Z",
      end: "2026-11-24T22:55:43.000000000Z",
      status: "error",
      errorType: "E_SINK_REFUSED",
      attributes: { "process.exit.code": 31, "error.type": "E_SINK_REFUSED" },
      events: [],
      links: []
    })
    assert.strictEqual(run?.parentSpanId, "0000000000000002")
  })
})
