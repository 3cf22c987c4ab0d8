// cursor-forward: a cursor that falls reads again what is known, and one that is no JSON is not there after a restart.
import { Cursor, Json } from "@inlet/core"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import { type Bench, copy, shown } from "../Bench.ts"
import * as Items from "../Items.ts"
import type { Script } from "../Replay.ts"
import { make, type Violation } from "../Violation.ts"
import type { Scene } from "../World.ts"

const LAW = "cursor-forward"

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d/

/** A value as it can be compared with another one of its kind; undefined for what says nothing of forward. */
const measure = (value: unknown): number | string | undefined => {
  if (typeof value === "number") return value
  return typeof value === "string" && TIME.test(value) ? value : undefined
}

const isLower = (before: number | string, after: number | string): boolean => {
  if (typeof before === "number") return typeof after === "number" && after < before
  return typeof after === "string" && Date.parse(after) < Date.parse(before)
}

const holds = (value: unknown): boolean =>
  measure(value) !== undefined || (typeof value === "object" && value !== null && Object.values(value).some(holds))

/** The path at which `after` is lower than `before`, or null. */
export const fallen = (before: unknown, after: unknown, path = "cursor"): string | null => {
  const measured = measure(before)
  if (measured !== undefined) {
    if (after === null) return path
    const now = measure(after)
    return now !== undefined && isLower(measured, now) ? path : null
  }
  if (typeof before !== "object" || before === null) return null
  if (after === null || after === undefined) return holds(before) ? path : null
  if (path === "cursor" && holds(before) && !holds(after)) return path
  for (const [name, member] of Object.entries(before)) {
    if (!Predicate.hasProperty(after, name)) continue
    const found = fallen(member, after[name], `${path}.${name}`)
    if (found !== null) return found
  }
  return null
}

/** A service that lists nothing: what a quiet day looks like. */
const nothing = (bench: Bench): Script => {
  const listed = new Set([...bench.lists, ...bench.second.asked].map(({ request }) => request.split("?")[0]))
  return (asked, usual) => {
    const reply = usual(asked)
    const body = Items.parse(reply?.text ?? null)
    const path = Items.find(body)
    if (reply === null || path === null || path.length > 1 || !listed.has(asked.request.split("?")[0])) return reply
    const { etag: _, link: __, ...headers } = reply.headers
    return { ...reply, headers, text: JSON.stringify(Items.put(body, path, [])) }
  }
}

const inRun = (stream: string, scene: Scene, from: unknown, when: string): ReadonlyArray<Violation> => {
  let before = from
  for (const taken of scene.pages) {
    const { cursor, next } = taken.page
    for (const [what, value] of [
      ["cursor", cursor],
      ["next", next]
    ] as const) {
      if (Cursor.isJson(value ?? null)) continue
      const finding = {
        expected: "cursor and next are JSON: null, booleans, finite numbers, texts, lists and plain objects",
        came: `the ${what} of a page is no JSON`,
        example: shown(taken),
        todo: "write times as ISO texts"
      }
      return [make(LAW, stream, finding)]
    }
    if (cursor === undefined) continue
    const path = fallen(before, cursor)
    if (path !== null) {
      const finding = {
        expected: "times and numbers in a cursor stay or get higher",
        came: `${path} is lower than before, or gone, ${when}`,
        example: shown(taken),
        todo: "keep the highest that was seen, also where a page or a whole run brings nothing: Incremental.advance does"
      }
      return [make(LAW, stream, finding)]
    }
    before = cursor
  }
  return []
}

export const check = (bench: Bench) =>
  Effect.gen(function* () {
    const { first, play, second, stream } = bench
    const { cursor } = first.memory
    const found = [
      ...inRun(stream, first, null, "in the first run"),
      ...inRun(stream, second, cursor, "after a second run over the same")
    ]
    if (found.length > 0 || Json.canonical(cursor) === "null") return found.slice(0, 1)
    const quiet = yield* play({ memory: copy(first.memory), script: nothing(bench) })
    return inRun(stream, quiet, cursor, "after a run in which the service listed nothing")
  })
