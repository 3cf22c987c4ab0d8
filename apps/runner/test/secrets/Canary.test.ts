// No secret and nothing personal leaves by a way that is not meant for it, whatever command is run and however it fails; and
// what is told of it in traces is what the conventions list.
import { assert, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { inlet } from "../../src/cli/Described.ts"
import { leaves } from "../../src/cli/Description.ts"
import * as Note from "../telemetry/Note.ts"
import * as Otlp from "../telemetry/Otlp.ts"
import { PERSONAL, SECRETS, TRACE, TRACE_STATE } from "./Canaries.ts"
import { FAREWELL, GROUPS } from "./Cases.ts"
import { Played } from "./Played.ts"
import { found, type Place } from "./Search.ts"

const shown = new Set(
  [...GROUPS, FAREWELL]
    .flatMap(({ cases }) => cases)
    .filter(({ shows }) => shows)
    .map(({ name }) => `standard output of ${name}`)
)

const bodies = (what: string, all: ReadonlyArray<string>): ReadonlyArray<Place> => all.map((body) => [what, body])

/** All that leaves, but for raw pages, which hold what they were sent. */
const left = ({ metrics, said, traces, written }: Played["Type"]) => [
  ...said,
  ...written,
  ...bodies("traces that a collector got", traces),
  ...bodies("metrics that a collector got", metrics)
]

/** Each text by what it is, with the places where it is. */
const leaks = (texts: Readonly<Record<string, string>>, places: ReadonlyArray<Place>) =>
  Object.entries(texts).flatMap(([what, text]) =>
    [...new Set(found([text], places))].map((place) => `${what} in ${place}`)
  )

layer(Played.layer, { excludeTestServices: true, timeout: "15 minutes" })("commands", (it) => {
  it.effect("are all tried, doing well and failing, and end as they should", () =>
    Effect.gen(function* () {
      const { ended } = yield* Played
      assert.deepStrictEqual(
        ended.flatMap(({ code, expected, name, unfired }) =>
          code === expected && unfired.length === 0 ? [] : [{ name, code, expected, unfired }]
        ),
        []
      )
      const codes = (path: ReadonlyArray<string>) =>
        ended.filter(({ args }) => path.every((word, index) => args[index] === word)).map(({ code }) => code)
      // It goes on until it is stopped.
      const isWell = (path: ReadonlyArray<string>) => (code: number | null) =>
        path[0] === "emulate" ? code === 130 : code === 0 || code === 3
      const isIll = (code: number | null) => code !== null && ![0, 3, 130].includes(code)
      assert.deepStrictEqual(
        leaves(inlet).filter(({ path }) => !codes(path).some(isWell(path)) || !codes(path).some(isIll)),
        []
      )
    })
  )

  it.effect("let no secret out", () =>
    Effect.gen(function* () {
      const played = yield* Played
      const secrets = {
        ...Object.fromEntries(played.secrets.map((secret) => [`a token (${secret.length})`, secret])),
        ...SECRETS
      }
      assert.deepStrictEqual(leaks(secrets, left(played)), [])
      // Only what a service sent by itself is recorded as it came.
      const sent = leaks(SECRETS, played.packed)
      assert.deepStrictEqual(sent, [])
    })
  )

  it.effect("let nothing personal out but where it belongs, or is asked for", () =>
    Effect.gen(function* () {
      const played = yield* Played
      assert.deepStrictEqual(
        leaks(
          PERSONAL,
          left(played).filter(([place]) => !shown.has(place))
        ),
        []
      )
    })
  )

  it.effect("do handle secrets and what is personal", () =>
    Effect.gen(function* () {
      const { collector, journals, packed, rows, said } = yield* Played
      for (const { entries, service } of journals) {
        assert.isTrue(
          entries.some(({ credential }) => credential === "right"),
          service
        )
      }
      for (const { headers, path } of collector) {
        assert.strictEqual(headers.authorization, `Bearer ${SECRETS.collectorHeader}`)
        assert.include(path, SECRETS.collectorPath)
      }
      for (const [what, text] of Object.entries(PERSONAL)) assert.isNotEmpty(found([text], packed), what)
      assert.isNotEmpty(found([PERSONAL.title], [["Databox", rows]]))
      for (const place of shown) {
        assert.isNotEmpty(
          found(
            Object.values(PERSONAL),
            said.filter(([one]) => one === place)
          ),
          place
        )
      }
    })
  )

  it.effect("tell no service of our traces, and other hosts nothing at all", () =>
    Effect.gen(function* () {
      const { elsewhere, journals, kept, said, traces, written } = yield* Played
      assert.deepStrictEqual(elsewhere, [])
      for (const { entries, service } of journals) {
        assert.isAbove(entries.length, 10, service)
        for (const { headers, path } of entries) {
          const told = Object.keys(headers).filter((name) => /^(trace(parent|state)|b3|x-b3-.*|baggage)$/.test(name))
          assert.deepStrictEqual(told, [], `${service} ${path}`)
        }
      }
      // Only the trace that it belongs to has the state of a trace.
      const states = Otlp.spans([...kept, ...traces]).filter(({ state }) => state !== undefined)
      assert.deepStrictEqual(
        [...new Set(states.map(({ state, traceId }) => `${traceId} ${state}`))],
        [`${TRACE} vendor=${TRACE_STATE}`]
      )
      const others = [...said, ...written].filter(([place]) => !place.includes(TRACE))
      assert.deepStrictEqual(found([TRACE_STATE], others), [])
    })
  )

  it.effect("say in traces what is listed, and nothing else", () =>
    Effect.gen(function* () {
      const { kept, metrics, traces } = yield* Played
      const spans = Otlp.spans([...kept, ...traces])
      const strange = new Set<string>()
      const check = (keys: ReadonlyArray<string> | undefined, where: string, said: object) => {
        if (keys === undefined) strange.add(where)
        for (const key of Object.keys(said)) if (!Note.has(keys ?? [], key)) strange.add(`${key} of ${where}`)
      }
      for (const { attributes, events, links, name, resource } of spans) {
        // What connectors name loses what is secret.
        check(Note.allowed(name.replaceAll("[REDACTED]", "lost")), name, attributes)
        for (const event of events) check(Note.allowedIn(event.name), `the event ${event.name}`, event.attributes)
        for (const link of links) check(Note.LINKS, "a link", link.attributes)
        // One case names attributes of its own: OTEL_RESOURCE_ATTRIBUTES.
        check([...Note.RESOURCE, "team", "api_key"], "the resource", resource)
      }
      assert.deepStrictEqual([...strange], [])
      // All of the list is there to be seen.
      const names = new Set(spans.map(({ name }) => Note.rowOf(name)))
      assert.deepStrictEqual(
        [...Note.SPANS, ...Note.ADDED].map(({ name }) => name).filter((name) => !names.has(name)),
        []
      )
      for (const body of metrics) Otlp.decodeMetrics(body)
      assert.isNotEmpty(metrics)
    })
  )
})
