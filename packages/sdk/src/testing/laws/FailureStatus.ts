// failure-status: what a service answers in the place of a page is told, or asked for again. It never passes for the end of a
// list, since then rows are missing and nobody knows.
import type { Source } from "@inlet/core"
import * as Effect from "effect/Effect"
import { type Bench, instead } from "../Bench.ts"
import type { Meant } from "../Options.ts"
import type { Asked, Fault, Reply, Script } from "../Replay.ts"
import * as Rows from "../Rows.ts"
import { make } from "../Violation.ts"
import * as World from "../World.ts"

const LAW = "failure-status"

type Reason = Source.SourceError["reason"]

/** A way to fail. */
interface Case {
  readonly name: string
  readonly status?: number
  readonly answer: (asked: Asked, usual: (asked: Asked) => Reply | null) => Reply | Fault
  /** The reasons that make sense of it. */
  readonly reasons: ReadonlyArray<Reason>
  /** Passes by itself, so that it is asked again; `may`: it is also right to give up. */
  readonly passes: "yes" | "may" | "no"
}

const status = (
  status: number,
  reasons: ReadonlyArray<Reason>,
  passes: Case["passes"] = "no",
  headers: Reply["headers"] = {}
): Case => ({
  name: `status ${status}`,
  status,
  reasons,
  passes,
  answer: () => ({
    status,
    headers: { "content-type": "application/json", ...headers },
    text: '{"message":"This is a failure"}'
  })
})

const text = (name: string, text: string, type: string): Case => ({
  name,
  reasons: ["Malformed", "Unavailable", "Misbehaved"],
  passes: "may",
  answer: () => ({ status: 200, headers: { "content-type": type }, text })
})

const cases: ReadonlyArray<Case> = [
  status(400, ["Rejected", "Misbehaved"]),
  status(401, ["Unauthorized"]),
  status(403, ["Forbidden", "Unauthorized", "RateLimited"]),
  status(404, ["NotFound", "Forbidden", "Unauthorized"]),
  status(408, ["Unavailable"], "yes"),
  status(409, ["Rejected", "Unavailable", "NotFound", "Misbehaved"]),
  status(410, ["NotFound", "Rejected"]),
  status(422, ["Rejected", "Misbehaved"]),
  status(429, ["RateLimited"], "may", { "retry-after": "2" }),
  status(500, ["Unavailable"], "yes"),
  status(502, ["Unavailable"], "yes"),
  status(503, ["Unavailable"], "yes"),
  status(504, ["Unavailable"], "yes"),
  text("a web page with status 200", "<!doctype html><title>Sign in</title>", "text/html"),
  text("broken JSON", '{"broken": [', "application/json"),
  { name: "a connection that is reset", reasons: ["Unavailable"], passes: "yes", answer: () => "reset" },
  { name: "no answer at all", reasons: ["Unavailable"], passes: "may", answer: () => "silence" },
  {
    name: "a body that is cut short",
    reasons: ["Unavailable", "Malformed"],
    passes: "may",
    answer: (asked, usual) => ({ status: 200, headers: {}, text: '{"broken": [', ...usual(asked), cut: true })
  }
]

/** Where a failure is put: what is asked there, whether it brings a page, and which failures are tried. */
interface Place {
  readonly asked: Asked
  readonly isList: boolean
  readonly forever: ReadonlyArray<Case>
  readonly once: ReadonlyArray<Case>
}

/** Those that connectors take for the end of a list, if any. */
const isTempting = ({ name, status }: Case) =>
  status === 404 || status === 410 || status === 500 || name === "broken JSON"
const tempting = cases.filter(isTempting)
/** Those that may be told of a single item by themselves. */
const grave = cases.filter(
  ({ name, status }) => status === 401 || status === 403 || status === 500 || name === "broken JSON"
)
const passing = cases.filter(({ passes }) => passes !== "no")

const placesOf = ({ first, lists, world }: Bench): ReadonlyArray<Place> => {
  const list = new Set(lists.map(({ request }) => request))
  const others = first.asked.filter(({ request, url }) => !list.has(request) && !World.asksForTokens(world, url))
  const [opening, other] = [lists.at(0), others.at(0)]
  const last = lists.findLast(({ request }) => request !== opening?.request)
  return [
    ...(opening === undefined
      ? []
      : [{ asked: opening, isList: true, forever: cases, once: last === undefined ? passing : [] }]),
    ...(last === undefined ? [] : [{ asked: last, isList: true, forever: tempting, once: passing }]),
    ...(other === undefined ? [] : [{ asked: other, isList: false, forever: grave, once: [] }])
  ]
}

const isSentence = (detail: unknown) => typeof detail === "string" && /\S+ \S+ \S+/.test(detail)

const EXPECTED =
  "a SourceError that says why, or the answer asked for again; never an end of the list, a defect or a hang"

/** What is wrong with how a run ended that met the failure for ever. */
const forever = (bench: Bench, { name, reasons }: Case, { isList }: Place, scene: World.Scene) => {
  const { broke, error, said } = scene
  if (broke !== null) return `${name}: ${broke}`
  if (error !== null) {
    if (!isSentence(error.detail)) return `${name}: the SourceError has no sentence as its detail`
    return reasons.includes(error.reason)
      ? null
      : `${name}: the SourceError has the reason ${error.reason}, which is none of ${reasons.join(", ")}`
  }
  if (said.warnings.length > 0) return null
  const difference = Rows.difference(bench.first.memory.rows, scene.memory.rows)
  if (!isList && difference === null) return null
  return `${name} passes for ${isList ? "the end of the list" : "an answer with nothing in it"}, ${difference?.came ?? "without a word"}`
}

/** What is wrong with how a run ended that met the failure once. */
const once = (bench: Bench, { name, passes }: Case, { broke, error, memory }: World.Scene) => {
  if (broke !== null) return `${name}, once: ${broke}`
  if (error !== null) return passes === "yes" ? `${name}, once, is not asked again: ${error.detail}` : null
  const difference = Rows.difference(bench.first.memory.rows, memory.rows)
  return difference === null ? null : `${name}, once, costs rows: ${difference.came}`
}

/** Runs wait for the turns of the event loop, so some can share them. */
const CONCURRENCY = 8
const MOST = 3

export const check = (bench: Bench, meant: ReadonlyArray<Meant>) => {
  const { play, stream } = bench
  let found = 0
  const attempt = (place: Place, one: Case, isOnce: boolean) =>
    Effect.gen(function* () {
      // They are mostly broken in the same place, and one that hangs takes its time.
      if (found >= MOST) return []
      let met = false
      const script: Script = instead(
        place.asked,
        (asked, usual) => {
          met = true
          return one.answer(asked, usual)
        },
        isOnce
      )
      const scene = yield* play({ script })
      if (!met || (scene.unknown.length > 0 && scene.broke === null)) return []
      const came = isOnce ? once(bench, one, scene) : forever(bench, one, place, scene)
      if (came === null) return []
      found++
      const finding = {
        expected: EXPECTED,
        came,
        example: place.asked.request,
        todo: "let Policy.standard judge what the connector does not know; a status that means that there is nothing goes into meant, with why"
      }
      return [make(LAW, stream, finding)]
    })

  const isTried = (one: Case) =>
    !meant.some(({ status, stream: of = stream }) => status === one.status && of === stream)
  const jobs = placesOf(bench).flatMap((place) => [
    ...place.forever.filter(isTried).map((one) => attempt(place, one, false)),
    ...place.once.filter(isTried).map((one) => attempt(place, one, true))
  ])
  return Effect.map(Effect.all(jobs, { concurrency: CONCURRENCY }), (violations) => violations.flat().slice(0, MOST))
}
