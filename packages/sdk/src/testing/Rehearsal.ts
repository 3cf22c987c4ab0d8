// Makes a cassette of what was recorded: the answers are redacted first, and then the connector asks once more, of them. What it
// asks then is what is kept, so a cassette holds just what is asked of it, and no address that came out of an answer gets into
// it as it was.
import * as Effect from "effect/Effect"
import type { Configured, Connector } from "../Connector.ts"
import * as Bench from "./Bench.ts"
import { type Cassette, CassetteError, format, type Interaction } from "./Cassette.ts"
import * as Items from "./Items.ts"
import type { Law } from "./Laws.ts"
import * as Reading from "./Reading.ts"
import * as Redactor from "./Redactor.ts"
import type { Asked, Reply } from "./Replay.ts"
import * as Secrets from "./Secrets.ts"
import * as StandIn from "./StandIn.ts"
import type { Raw } from "./Tape.ts"
import * as World from "./World.ts"

/**
 * What may be kept of answers beside what is harmless by itself.
 *
 * @since 0.1.0
 */
export interface Keeping {
  /** Members whose texts the connector goes by, as `state` or `owner.type`: they are kept as they are. */
  readonly keep?: ReadonlyArray<string>
  /** Headers that the connector goes by, beside those that all go by. */
  readonly headers?: ReadonlyArray<string>
}

/** What one stream has said and heard. */
export interface Recorded {
  readonly stream: string
  readonly raws: ReadonlyArray<Raw>
  /** What it asked for by itself: templates of its pages, and the query of the first one. */
  readonly asked: ReadonlyArray<string>
}

interface Options extends Keeping {
  readonly connector: Connector
  readonly configured: Configured
  readonly recordedAt: number
  readonly recorded: ReadonlyArray<Recorded>
  /** Secrets beside those of the configuration: the tokens that were used. */
  readonly secrets: ReadonlyArray<string>
  readonly lacks: ReadonlyArray<Law>
}

/** A cassette, and the streams that are not in it, each with why. */
export interface Made {
  readonly cassette: Cassette
  readonly without: Readonly<Record<string, string>>
}

/** Why a stream cannot be read of what was recorded, or null. */
const problemOf = ({ broke, error, refused, unknown }: World.Scene): string | null => {
  const [lost] = unknown
  if (lost !== undefined) {
    return `with stand-ins in the answers the connector asks for something that was not recorded (${lost}); let keep name the members that it goes by`
  }
  const why = refused?.message ?? broke ?? error?.detail
  return why === undefined ? null : `what was recorded cannot be read again: ${why}`
}

const pairs = (url: URL, secrets: Secrets.Finder): ReadonlyArray<readonly [string, string]> =>
  [...url.searchParams].filter(([, value]) => !secrets.isIn(value)).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))

const decoded = (path: string) => {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

const shape = (text: string) => text.replace(/[\p{L}\p{N}]+/gu, "x")

/**
 * What was asked then that fits best what is asked now: each word is as it was or its stand-in, and as few as can be are
 * stand-ins, since those of short words are words that others have.
 */
const fitting = (standIns: StandIn.StandIns, redactor: Redactor.Redactor, secrets: Secrets.Finder) => {
  /** How many words are stand-ins; undefined where it is something else. */
  const replaced = (raw: string, now: string, origin: string): number | undefined => {
    if (raw === now) return 0
    const [was, is] = [StandIn.wordsOf(raw), StandIn.wordsOf(now)]
    if (redactor.text(raw, origin) === now) return was.length
    if (shape(raw) !== shape(now)) return undefined
    const other = was.filter((word, index) => word !== is[index])
    return was.every((word, index) => word === is[index] || standIns.word(word) === is[index])
      ? other.length
      : undefined
  }
  return (asked: Asked, raws: ReadonlyArray<Raw>): ReadonlyArray<Raw> => {
    const [method] = asked.request.split(" ", 1)
    const now = [secrets.without(decoded(asked.url.pathname)), asked.body, ...pairs(asked.url, secrets).flat()]
    const found = raws.flatMap((raw) => {
      const { carried, url } = raw
      const was = [secrets.without(decoded(url.pathname)), secrets.without(carried), ...pairs(url, secrets).flat()]
      if (raw.method !== method || was.length !== now.length) return []
      const words = was.map((part, index) => replaced(part, now[index] ?? "", url.origin))
      return words.includes(undefined) ? [] : [{ raw, words: words.reduce<number>((sum, one) => sum + (one ?? 0), 0) }]
    })
    const fewest = Math.min(...found.map(({ words }) => words))
    return found.filter(({ words }) => words === fewest).map(({ raw }) => raw)
  }
}

/** A cassette of what was recorded, in which there is no secret and nothing personal. */
export const make = (options: Options): Effect.Effect<Made, CassetteError> =>
  Effect.gen(function* () {
    const { configured, connector, lacks, recorded } = options
    const recordedAt = new Date(options.recordedAt).toISOString()
    const secrets = Secrets.finder([...Secrets.of(connector, configured.config), ...options.secrets])
    const standIns = StandIn.make()
    const raws = recorded.flatMap((one) => one.raws)
    const redactor = Redactor.make({
      contracts: [...connector.streams.values()].map(({ contract }) => contract),
      standIns,
      bodies: raws.map(({ text }) => Items.parse(text)),
      open: Secrets.open(connector, configured.config),
      keep: options.keep ?? [],
      hosts: connector.hosts,
      secrets,
      headers: options.headers ?? [],
      asked: recorded.flatMap(({ asked }) => asked)
    })
    const replies = new Map(
      raws.map((raw): [Raw, Reply] => {
        const body = Items.parse(raw.text)
        const text = body === undefined ? null : JSON.stringify(redactor.body(body, raw.url.origin))
        return [raw, { status: raw.status, headers: redactor.headers(raw.headers, raw.url.origin), text }]
      })
    )
    const interactions: Array<Interaction> = []
    const kept = new Map<string, string>()
    const keep = ({ carried, request }: Asked, { headers, status, text }: Reply) => {
      const lasting = Object.entries(headers).filter(([name]) => !Redactor.LIMITS.test(name))
      const written = JSON.stringify([status, lasting, text])
      const key = `${request}\n${carried ?? ""}`
      if (kept.get(key) === written) return
      kept.set(key, written)
      const body: unknown = text === null ? undefined : JSON.parse(text)
      interactions.push({
        request,
        ...(carried !== undefined && { carried }),
        status,
        headers,
        ...(body !== undefined && { body })
      })
    }

    const without: Record<string, string> = {}
    const base = yield* World.make(connector, configured, { interactions: [], recordedAt })
    const those = fitting(standIns, redactor, secrets)
    for (const { raws: own, stream } of recorded) {
      const heard: Array<readonly [Asked, Reply]> = []
      const world: World.World = {
        ...base,
        bound: 1000 + 20 * raws.length,
        answers: (asked) => {
          const of = those(asked, own)
          const found = of.length > 0 ? of : those(asked, raws)
          const raw = found[Math.min(asked.before, found.length - 1)]
          const reply = raw === undefined ? undefined : replies.get(raw)
          if (reply === undefined) return null
          heard.push([asked, reply])
          return reply
        }
      }
      const memory = Reading.memory()
      const runs = [yield* World.scene(world, stream, { memory })]
      if (!lacks.includes("unchanged-second-run")) {
        runs.push(yield* World.scene(world, stream, { memory: Bench.copy(memory) }))
      }
      const problem = runs.map(problemOf).find((found) => found !== null)
      if (problem === undefined || problem === null) for (const [asked, reply] of heard) keep(asked, reply)
      else without[stream] = problem
    }
    const cassette: Cassette = {
      format: 1,
      connector: `${connector.name}@${connector.version}`,
      recordedAt,
      ...(lacks.length > 0 && { lacks }),
      interactions
    }
    if (secrets.isIn(format(cassette))) {
      const detail = "a secret of the configuration, or a token, would be in the cassette, so none is written"
      return yield* new CassetteError({ reason: "Secret", detail })
    }
    return { cassette, without }
  })
