// What was said between a connector and its service while it is recorded: in memory only, since it holds everything.
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Items from "./Items.ts"
import { bodyOf } from "./Replay.ts"

/** A request and its answer as they were. */
export interface Raw {
  readonly method: string
  readonly url: URL
  /** What the request carried. */
  readonly carried: string
  readonly status: number
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly text: string
  readonly isTokens: boolean
}

export interface Tape {
  readonly client: HttpClient.HttpClient
  readonly raws: () => ReadonlyArray<Raw>
  /**
   * What becomes of requests that were not made before: they go to the service (`live`), they find that the list that is under
   * way has ended (`ended`), since only so much is recorded of it, or that nothing has changed in lists that ended so (`over`).
   */
  readonly turn: (mode: "live" | "ended" | "over") => void
}

/** What leads on, by its name. */
const ONWARD = /next|cursor|token|after|more|offset/i

const ended = (value: unknown): unknown => {
  if (!Predicate.isRecord(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => {
      if (!ONWARD.test(name)) return [name, ended(member)]
      return [name, typeof member === "boolean" ? false : null]
    })
  )
}

/** The answer of a list that has nothing more. */
const ending = (raw: Raw): Raw => {
  const body = Items.parse(raw.text)
  const path = Items.find(body) ?? []
  const { etag: _, link: __, ...headers } = raw.headers
  return { ...raw, headers, text: JSON.stringify(ended(Items.put(body, path, []))) }
}

const isTransient = ({ status }: Raw) => status === 401 || status === 408 || status === 429 || status >= 500

const isSame = (one: Raw, other: Pick<Raw, "method" | "url" | "carried">) =>
  one.method === other.method && one.url.href === other.url.href && one.carried === other.carried

/** Without what was asked again, and without answers that only say that nothing has changed. */
const settled = (raws: ReadonlyArray<Raw>): ReadonlyArray<Raw> =>
  raws.filter(
    (raw, index) =>
      !raw.isTokens &&
      raw.status !== 304 &&
      !(isTransient(raw) && raws.slice(index + 1).some((later) => isSame(later, raw) && !isTransient(later)))
  )

/** Listens between a connector and `live`. */
export const make = (live: HttpClient.HttpClient, isTokens: (url: URL) => boolean): Tape => {
  const raws: Array<Raw> = []
  let mode: Parameters<Tape["turn"]>[0] = "live"

  /** The list that a request goes on with, where it is not to do so. */
  const endedList = (url: URL): Raw | undefined => {
    if (mode === "live") return undefined
    const lists = raws.filter(({ text }) => Items.find(Items.parse(text)) !== null)
    return lists.findLast((raw) => raw.url.pathname === url.pathname) ?? (mode === "ended" ? lists.at(-1) : undefined)
  }

  const client = HttpClient.make((request, url) =>
    Effect.gen(function* () {
      const asked = { method: request.method, url, carried: bodyOf(request) }
      const give = ({ headers, status, text }: Raw) => {
        const { "content-encoding": _, "content-length": __, ...rest } = headers
        const own = Object.entries(rest).flatMap(
          ([name, value]): ReadonlyArray<[string, string]> => (value === undefined ? [] : [[name, value]])
        )
        const body = [204, 205, 304].includes(status) ? null : text
        return HttpClientResponse.fromWeb(request, new Response(body, { status, headers: new Headers(own) }))
      }
      if (mode !== "live" && !isTokens(url)) {
        const known = raws.find((raw) => isSame(raw, asked))
        if (known !== undefined) return give(known)
        const list = endedList(url)
        if (list !== undefined) {
          const end = { ...ending(list), ...asked }
          raws.push(end)
          return give(end)
        }
      }
      const response = yield* live.execute(request)
      const text = [204, 205, 304].includes(response.status) ? "" : yield* response.text
      const raw: Raw = {
        ...asked,
        status: response.status,
        headers: response.headers,
        text,
        isTokens: isTokens(url)
      }
      raws.push(raw)
      return give(raw)
    })
  )
  return {
    client,
    raws: () => settled(raws),
    turn: (to) => {
      mode = to
    }
  }
}
