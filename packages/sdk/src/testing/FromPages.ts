// Makes a cassette of the pages that a run has recorded, as far as they tell enough: the log keeps what pages hold, but neither
// all headers nor what was asked beside them.
import type { Event } from "@inlet/core"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import type { Configured, Connector } from "../Connector.ts"
import type { Cassette, CassetteError } from "./Cassette.ts"
import * as Items from "./Items.ts"
import type { Law } from "./Laws.ts"
import * as Rehearsal from "./Rehearsal.ts"
import * as Secrets from "./Secrets.ts"
import type { Raw } from "./Tape.ts"
import { urlsIn } from "./World.ts"

/**
 * A page of the log: what its `BatchRecorded` tells, and the bytes.
 *
 * @since 0.1.0
 */
export interface RecordedPage {
  readonly stream: string
  readonly request: Event.RequestInfo
  readonly next: unknown
  readonly body: Uint8Array
}

/**
 * A cassette of a run, and the streams that it cannot hold.
 *
 * @since 0.1.0
 */
export interface FromPages {
  readonly cassette: Cassette
  /** Why each of them is left out, in a sentence; as `Options.without` takes it. */
  readonly without: Readonly<Record<string, string>>
}

/** A run asks once, so what a second one would ask is not known. */
const LACKS: ReadonlyArray<Law> = ["cursor-forward", "unchanged-second-run"]

const BUNDLED = "its pages hold answers about single items, and the log does not tell how those were asked for"

const decoder = new TextDecoder()

const textsIn = (value: unknown): ReadonlyArray<string> => {
  if (typeof value === "string") return [value]
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : []
}

/** The `Link` header, which is not recorded: a page that goes on had one, if that is how its list pages. */
const linkOf = (next: unknown, url: URL): string => {
  const target = textsIn(next).find((text) => URL.canParse(text) && new URL(text).origin === url.origin)
  const other = new URL(url)
  other.searchParams.set("page", "2")
  return `<${target ?? other.href}>; rel="next"`
}

/** A page as it was answered; null where the log does not tell that. */
const rawOf = ({ body, next, request }: RecordedPage, origin: string): Raw | null => {
  const [method = "", address = ""] = request.key.replace(/#.*$/s, "").split(/ (.*)/s)
  const json = Items.parse(decoder.decode(body))
  const isBundle = Predicate.isRecord(json) && "page" in json && ("details" in json || "gone" in json)
  if (!URL.canParse(address, origin) || (isBundle && "details" in json)) return null
  const url = new URL(address, origin)
  return {
    method,
    url,
    carried: "",
    status: request.status,
    headers: {
      "content-type": "application/json",
      ...(request.etag !== null && { etag: request.etag }),
      ...(next !== null && { link: linkOf(next, url) })
    },
    text: isBundle ? JSON.stringify(json.page) : decoder.decode(body),
    isTokens: false
  }
}

/**
 * A cassette of what a run from the beginning has recorded, its pages in their order. It does not serve the laws
 * `cursor-forward` and `unchanged-second-run`, for which `record` reads twice.
 *
 * @param at when the run was, in epoch milliseconds
 * @since 0.1.0
 */
export const fromPages = (
  connector: Connector,
  configured: Configured,
  at: number,
  pages: ReadonlyArray<RecordedPage>,
  keeping: Rehearsal.Keeping = {}
): Effect.Effect<FromPages, CassetteError> => {
  const [own] = urlsIn(Option.getOrNull(Secrets.decoded(connector, configured.config)))
  const origin = own?.origin ?? `https://${connector.hosts[0]?.replace("*.", "") ?? "localhost"}`
  const without: Record<string, string> = {}
  const recorded = [...connector.streams.keys()].flatMap((stream): ReadonlyArray<Rehearsal.Recorded> => {
    const ofStream = pages.filter((page) => page.stream === stream)
    const raws = ofStream.map((page) => rawOf(page, origin))
    if (ofStream.length === 0) without[stream] = "the run has recorded no page of it"
    else if (raws.includes(null)) without[stream] = BUNDLED
    else {
      const queries = ofStream.slice(0, 1).flatMap(({ request }) => Object.values(request.query))
      const asked = [...ofStream.map(({ request }) => request.url), ...queries]
      return [{ stream, raws: raws.filter((raw) => raw !== null), asked }]
    }
    return []
  })
  return Effect.map(
    Rehearsal.make({
      ...keeping,
      connector,
      configured,
      recordedAt: at,
      recorded,
      secrets: [],
      lacks: LACKS
    }),
    (made) => ({ cassette: made.cassette, without: { ...without, ...made.without } })
  )
}
