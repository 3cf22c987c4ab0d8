// limits: a service is asked as it wants to be asked, and nobody else is.
import * as Effect from "effect/Effect"
import { type Bench, instead } from "../Bench.ts"
import { ORIGIN } from "../Cassette.ts"
import type { Asked, Reply } from "../Replay.ts"
import * as Secrets from "../Secrets.ts"
import { make, type Violation } from "../Violation.ts"
import * as World from "../World.ts"

const LAW = "limits"

/** Where nobody may be led to. */
const ELSEWHERE = "https://elsewhere.invalid"
/** Seconds. */
const WAIT = 30

const limited: Reply = {
  status: 429,
  headers: { "content-type": "application/json", "retry-after": String(WAIT) },
  text: '{"message":"Too many requests"}'
}

/** A request to a host that is not the connector's. */
const abroad = ({ stream, world }: Bench, { asked }: World.Scene, when: string): ReadonlyArray<Violation> => {
  const found = asked.find(({ url }) => !World.mayAsk(world, url))
  if (found === undefined) return []
  const carries = Secrets.carried(found.headers, world.secrets).length > 0
  const finding = {
    expected: `requests to ${[...world.connector.hosts, "what the configuration names"].join(", ")} only`,
    came: `it asks ${found.url.host}${carries ? ", with the credentials of another host" : ""}${when}`,
    example: found.request,
    todo: carries
      ? "send credentials to the service's own origin only, as SourceHttp does, and follow no link or redirect to another"
      : "declare the host in hosts, or do not ask there"
  }
  return [make(LAW, stream, finding)]
}

const led = (bench: Bench) =>
  Effect.gen(function* () {
    const [list] = bench.lists
    if (list === undefined) return []
    const redirect: Reply = { status: 302, headers: { location: `${ELSEWHERE}${list.url.pathname}` }, text: null }
    const linked = yield* bench.play({ origin: ELSEWHERE })
    const redirected = yield* bench.play({ script: instead(list, () => redirect) })
    return [
      ...abroad(bench, linked, ` when a link in an answer (${ORIGIN} in the cassette) leads there`),
      ...abroad(bench, redirected, " when a redirect leads there")
    ]
  })

/** Requests that leave in spite of a 429, except for those that were under way already. */
const early = (bench: Bench, list: Asked, concurrency: number) =>
  Effect.gen(function* () {
    const { play, stream, world } = bench
    const { asked } = yield* play({ script: instead(list, () => limited, true) })
    const refused = asked.find(({ request }) => request === list.request)
    if (refused === undefined) return []
    const until = refused.at + WAIT * 1000
    const found = asked.find(
      ({ at, order, url }) => order > refused.order + concurrency - 1 && at < until && !World.asksForTokens(world, url)
    )
    if (found === undefined) return []
    const finding = {
      expected: `after a 429 with Retry-After: ${WAIT} nothing is asked for ${WAIT} seconds`,
      came: `the next request leaves ${Math.round((found.at - refused.at) / 1000)} seconds later`,
      example: `${refused.request}, then ${found.request}`,
      todo: "wait as Policy.retryAfter says, as SourceHttp does unless classify says otherwise"
    }
    return [make(LAW, stream, finding)]
  })

export const check = (bench: Bench, concurrency: number) =>
  Effect.gen(function* () {
    const { first, lists, second, stream } = bench
    const most = Math.max(first.most(), second.most())
    const [opening] = lists
    const many =
      most <= concurrency
        ? []
        : [
            make(LAW, stream, {
              expected: `at most ${concurrency} under way at a time`,
              came: `${most} requests are under way at a time`,
              ...(opening !== undefined && { example: `in the run that begins with ${opening.request}` }),
              todo: "ask one after another or, if the service allows more, say so by concurrency, in SourceHttp and in the test"
            })
          ]
    const foreign = [...abroad(bench, first, ""), ...abroad(bench, second, "")].slice(0, 1)
    const away = foreign.length > 0 ? foreign : (yield* led(bench)).slice(0, 1)
    const hasty: Array<Violation> = []
    for (const list of new Set([lists.at(0), lists.at(-1)])) {
      if (list !== undefined && hasty.length === 0) hasty.push(...(yield* early(bench, list, concurrency)))
    }
    return [...many, ...away, ...hasty]
  })
