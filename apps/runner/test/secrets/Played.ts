// All cases once, and what they left: tests look at it from several sides.
import { join } from "node:path"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { files } from "../telemetry/Commands.ts"
import { FAREWELL, GROUPS, type Group } from "./Cases.ts"
import { type Case, setting, words } from "./cases/Case.ts"
import { type Place, packed, written } from "./Search.ts"
import { SERVICES, stage } from "./Stage.ts"

export interface Ended {
  readonly name: string
  readonly args: ReadonlyArray<string>
  readonly expected: number | null
  readonly code: number | null
  /** What it was to go through, and did not. */
  readonly unfired: ReadonlyArray<string>
}

const AT_ONCE = 3

/** What the tests themselves wrote. */
const isOurs = ([place]: Place) => /^(odd|wrong)\//.test(place)

const play = Effect.gen(function* () {
  const it = yield* stage
  const ended: Array<Ended> = []
  let number = 0

  const perform = Effect.fnUntraced(function* (one: Case, alone: boolean) {
    const { exit, name } = one
    const args = words(one, it)
    const wanted = setting(one, it)
    if (alone) yield* it.set(wanted)
    number += 1
    const env = { INLET_LOG_FORMAT: number % 2 === 0 ? "text" : "json", ...wanted.env }
    const { code } = yield* it.run(name, args, { ...wanted, env })
    const unfired = alone ? yield* it.unfired(wanted) : []
    ended.push({ name, args, expected: exit, code, unfired })
  })

  const performAll = ({ cases, together }: Group) =>
    Effect.zipRight(
      together ? it.set({}) : Effect.void,
      Effect.forEach(cases, (one) => perform(one, !together), { concurrency: together ? AT_ONCE : 1 })
    )
  const rows = yield* Effect.forEach(GROUPS, (group) => Effect.zipRight(performAll(group), it.rows("github_issues")))
  yield* performAll(FAREWELL)

  const traces = files(join(it.cwd, ".inlet", "traces"))
  const { requests: asked } = it.collector
  const collected = (path: string) => asked.filter((one) => one.path.includes(path)).map(({ body }) => body)
  /** What `inlet doctor` asks with. */
  const isEmpty = (body: string) => body === '{"resourceSpans":[]}'
  return {
    ended,
    secrets: [...it.secrets],
    said: it.said,
    written: written(it.cwd).filter((place) => !isOurs(place)),
    packed: packed(it.cwd),
    /** Requests of OTLP. */
    kept: traces.flatMap(({ requests }) => requests),
    traces: collected("/v1/traces").filter((body) => !isEmpty(body)),
    metrics: collected("/v1/metrics"),
    collector: asked,
    elsewhere: it.elsewhere.requests,
    journals: yield* Effect.forEach(SERVICES, (service) =>
      Effect.map(it.journal(service), (entries) => ({ service, entries }))
    ),
    /** At Databox, after each group. */
    rows: rows.join()
  }
})

export class Played extends Context.Tag("test/Played")<Played, Effect.Effect.Success<typeof play>>() {
  static readonly layer = Layer.scoped(Played, play)
}
