// Traces by hand: a tree of names, with times in milliseconds after one instant, as spans and as the lines of a file.
import * as Otlp from "../../src/trace/Otlp.ts"
import type { Attributes, Happening, Kind, Link, Span, Status } from "../../src/trace/Span.ts"

export const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
const BEGIN = 1_795_560_901_000_000_000n

export interface Made {
  readonly name: string
  readonly from: number
  readonly to: number
  readonly kind?: Kind
  readonly status?: Status
  readonly attributes?: Attributes
  readonly events?: ReadonlyArray<readonly [name: string, at: number, attributes: Attributes]>
  readonly links?: ReadonlyArray<Link>
  readonly below?: ReadonlyArray<Made>
}

const at = (millis: number): bigint => BEGIN + BigInt(Math.round(millis * 1_000)) * 1_000n

const happening = ([name, when, attributes]: NonNullable<Made["events"]>[number]): Happening => ({
  name,
  at: at(when),
  attributes
})

/** The spans of a tree, numbered from 1 in the order of the tree: those numbers are their ids. */
export const spans = (tree: Made, traceId = TRACE): ReadonlyArray<Span> => {
  const all: Array<Span> = []
  const add = (made: Made, parentSpanId: string | null) => {
    const spanId = String(all.length + 1).padStart(16, "0")
    all.push({
      traceId,
      spanId,
      parentSpanId,
      name: made.name,
      kind: made.kind ?? "internal",
      start: at(made.from),
      end: at(made.to),
      status: made.status ?? "unset",
      attributes: made.attributes ?? {},
      events: (made.events ?? []).map(happening),
      links: made.links ?? []
    })
    for (const child of made.below ?? []) add(child, spanId)
  }
  add(tree, null)
  return all
}

/** The same as lines of a file, the innermost first, as spans end. */
export const lines = (spans: ReadonlyArray<Span>, each = 3): ReadonlyArray<string> => {
  const ended = [...spans].reverse()
  const count = Math.ceil(ended.length / each)
  return Array.from({ length: count }, (_, index) =>
    Otlp.encode("0.1.0", ended.slice(index * each, (index + 1) * each))
  )
}

export const failed = (type: string, attributes: Attributes = {}) =>
  ({ status: "error", attributes: { ...attributes, "error.type": type } }) as const

const page = (index: number, from: number, to: number, below: ReadonlyArray<Made>, rows = 100): Made => ({
  name: "page",
  from,
  to,
  attributes: { "inlet.page.index": index, "inlet.rows": rows },
  below
})

export const get = (from: number, to: number, status: number, attempt = 1): Made => {
  const attributes = {
    "http.response.status_code": status,
    ...(attempt > 1 && { "http.request.resend_count": attempt - 1 })
  }
  return {
    name: "GET /repos/{owner}/{repo}/issues",
    kind: "client",
    from,
    to,
    ...(status >= 400 ? failed(String(status), attributes) : { attributes })
  }
}

/** One stream: a page that had to be asked for three times, a part that Databox refused, and one that it took. */
export const small: Made = {
  name: "inlet sync",
  from: 0,
  to: 42_000,
  ...failed("E_SINK_REFUSED", { "process.exit.code": 31 }),
  below: [
    {
      name: "sync github",
      from: 120,
      to: 41_900,
      ...failed("E_SINK_REFUSED"),
      below: [
        {
          name: "run issues",
          from: 140,
          to: 41_800,
          ...failed("E_SINK_REFUSED", {
            "inlet.run.id": "20261124T225501-k3f9q2",
            "inlet.run.outcome": "failed",
            "inlet.stream": "issues"
          }),
          below: [
            {
              name: "extract issues",
              from: 150,
              to: 38_000,
              attributes: { "inlet.pages": 2, "inlet.rows": 140 },
              below: [
                page(1, 160, 1_400, [
                  get(165, 1_300, 200),
                  { name: "decode", from: 1_301, to: 1_310 },
                  { name: "append events", kind: "client", from: 1_320, to: 1_320.85 }
                ]),
                {
                  ...page(
                    2,
                    1_500,
                    38_000,
                    [get(1_510, 1_700, 429), get(33_800, 34_000, 503, 2), get(36_000, 37_900, 200, 3)],
                    40
                  ),
                  events: [
                    ["rate_limit.wait", 1_710, { peer: "source", seconds: 32.08, until: "2026-11-24T22:55:33.800Z" }],
                    ["retry.scheduled", 34_010, { reason: "503", delay_ms: 1_990 }]
                  ]
                }
              ]
            },
            {
              name: "load github_issues",
              from: 1_410,
              to: 41_700,
              ...failed("E_SINK_REFUSED", { "inlet.batches": 2 }),
              below: [
                {
                  name: "send batch",
                  from: 1_420,
                  to: 1_900,
                  attributes: { "inlet.batch.rows": 100 },
                  links: [{ traceId: TRACE, spanId: "0000000000000005", attributes: { "inlet.link": "rows-from" } }]
                },
                {
                  name: "send batch",
                  from: 38_100,
                  to: 41_600,
                  ...failed("E_SINK_REFUSED", { "inlet.batch.rows": 40 }),
                  links: [
                    { traceId: "f".repeat(32), spanId: "0000000000000007", attributes: { "inlet.link": "rows-from" } }
                  ]
                }
              ]
            }
          ]
        }
      ]
    }
  ]
}

/** One stream of `pages` pages and as many parts, each page with what is below it; the last page failed once. */
export const large = (pages: number): Made => {
  const each = 1_000
  const end = pages * each
  const one = (index: number): Made => {
    const from = (index - 1) * each
    const to = from + 400 + ((index * 37) % 500)
    const attempts =
      index === pages ? [get(from + 5, from + 50, 502), get(from + 60, to - 10, 200, 2)] : [get(from + 5, to - 10, 200)]
    return page(index, from, to, [
      ...attempts,
      { name: "decode", from: to - 9, to: to - 5 },
      { name: "append events", kind: "client", from: to - 4, to }
    ])
  }
  const part = (index: number): Made => ({
    name: "send batch",
    from: index * each - 100,
    to: index * each,
    attributes: { "inlet.batch.rows": 100 },
    links: [{ traceId: TRACE, spanId: "0000000000000005", attributes: { "inlet.link": "rows-from" } }]
  })
  const numbers = Array.from({ length: pages }, (_, index) => index + 1)
  const run: Made = {
    name: "run issues",
    from: 0,
    to: end,
    attributes: { "inlet.run.id": "20261124T225501-k3f9q2", "inlet.stream": "issues" },
    below: [
      { name: "extract issues", from: 0, to: end, below: numbers.map(one) },
      { name: "load github_issues", from: 0, to: end, below: numbers.map(part) }
    ]
  }
  return { name: "inlet sync", from: 0, to: end, below: [{ name: "sync github", from: 0, to: end, below: [run] }] }
}
