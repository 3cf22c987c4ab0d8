// What of an answer gets into a cassette. Nothing does unless it is known to be harmless: yes and no, whole numbers, times, and the
// words by which a service tells states and kinds, where a column that is not personal takes them. All other texts get
// stand-ins, and so does everything where a personal column comes from.
import type { Contract } from "@inlet/core"
import * as Predicate from "effect/Predicate"
import * as Manifest from "../Manifest.ts"
import { ORIGIN } from "./Cassette.ts"
import type * as Secrets from "./Secrets.ts"
import type { StandIns } from "./StandIn.ts"
import { wordsOf } from "./StandIn.ts"

/** Names of members on the way to a value; lists have none. */
type Path = ReadonlyArray<string>

const TIME = /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?$/
const NUMBER = /^[-+]?\d+(\.\d+)?$/
/** As services name states and kinds: `workflow_dispatch`, `TrailRun`. */
const WORD = /^[A-Za-z]{1,32}(_[A-Za-z]{1,32}){0,5}$/
const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/
const URL_LIKE = /^https?:\/\/[^\s]+$/
const NAME = /^[A-Za-z_$@][\w$.@:-]{0,63}$/
/** Shorter numbers are not looked for elsewhere: too much would be replaced. */
const DIGITS = 5
/** What people write is cut off there. */
const PROSE = 120

const HEADERS = ["content-type", "link", "etag", "retry-after", "location"]
/** How much of a limit is left, which every answer tells anew. */
export const LIMITS = /rate-?limit/

const pathsOf = ({ from }: Contract.Column): ReadonlyArray<Path> =>
  from
    .split(" … ")
    .filter((path) => !path.startsWith("@"))
    .map((path) => path.split("."))

/** Whether a value lies at, or within, what a column comes from, wherever that stands in an answer. */
const isWithin = (path: Path, column: Path) =>
  path.some((_, start) => column.every((name, index) => path[start + index] === name))

const walk = (value: unknown, path: Path, visit: (leaf: string | number, path: Path) => void): void => {
  if (typeof value === "string" || typeof value === "number") visit(value, path)
  else if (Array.isArray(value)) for (const item of value) walk(item, path, visit)
  else if (Predicate.isRecord(value)) {
    for (const [name, member] of Object.entries(value)) walk(member, [...path, name], visit)
  }
}

export interface Options {
  readonly contracts: ReadonlyArray<Contract.Contract>
  readonly standIns: StandIns
  /** All bodies: a word that is personal at one place is so at every other. */
  readonly bodies: ReadonlyArray<unknown>
  /** Texts that the configuration tells openly; the test will tell them too. */
  readonly open: ReadonlyArray<string>
  /** Names and paths of members whose texts the connector goes by. */
  readonly keep: ReadonlyArray<string>
  readonly secrets: Secrets.Finder
  /** The hosts that the connector declares. */
  readonly hosts: ReadonlyArray<string>
  /** Names of further headers that the connector goes by. */
  readonly headers: ReadonlyArray<string>
  /** What the connector asks for by itself: templates, and the queries of first pages. Its words are kept in links. */
  readonly asked: ReadonlyArray<string>
}

export interface Redactor {
  readonly body: (body: unknown, origin: string) => unknown
  readonly headers: (headers: Readonly<Record<string, string | undefined>>, origin: string) => Record<string, string>
  /** A text as it stands in bodies. */
  readonly text: (text: string, origin: string) => string
}

export const make = (options: Options): Redactor => {
  const { bodies, contracts, secrets, standIns } = options
  const columns = contracts.flatMap(({ columns }) => columns)
  const personalPaths = columns.filter(({ personal }) => personal === true).flatMap(pathsOf)
  const plainPaths = columns.filter(({ personal }) => personal !== true).flatMap(pathsOf)
  const keptPaths = options.keep.map((path) => path.split("."))
  const isPersonal = (path: Path) => personalPaths.some((column) => isWithin(path, column))
  const isPlain = (path: Path) => plainPaths.some((column) => isWithin(path, column))
  const isKept = (path: Path) => keptPaths.some((kept) => isWithin(path, kept))

  const personal = new Set<string>()
  const told = new Map<string, number>()
  for (const body of bodies) {
    walk(body, [], (leaf, path) => {
      if (isPersonal(path)) {
        // A name in two words, a title or an address says nothing of its words where they stand alone.
        const text = String(leaf)
        if (/\s/.test(text) || URL_LIKE.test(text)) return
        for (const word of wordsOf(text)) if (typeof leaf === "string" || word.length >= DIGITS) personal.add(word)
      } else if (typeof leaf === "string" && isPlain(path) && WORD.test(leaf)) {
        told.set(leaf, (told.get(leaf) ?? 0) + 1)
      }
    })
  }
  const published = new Set(
    contracts.flatMap(({ recipes = [] }) =>
      recipes.flatMap(({ filters }) => filters.flatMap(({ is }) => is.map(String)))
    )
  )
  const open = new Set(options.open.flatMap(wordsOf))
  const inLinks = new Set(
    options.asked
      .filter((text) => !secrets.isIn(text))
      .flatMap((template) => wordsOf(template.replace(/\{[^}]*\}/g, " ")))
  )

  const isOpen = (word: string) => open.has(word)

  /** A word that tells a state or a kind: said more than once, or named by the contract. */
  const isState = (text: string) =>
    WORD.test(text) &&
    wordsOf(text).every((word) => !personal.has(word)) &&
    (published.has(text) || (told.get(text) ?? 0) > 1)

  const standIn = (text: string) => standIns.text(text, isOpen)

  const host = (text: string) => `${standIns.text(text.replace(/\.[^.]*$/, ""))}.example`

  /** Path and query of an address within the service. */
  const within = (rest: string) => {
    const kept = (word: string) => isOpen(word) || (inLinks.has(word) && !personal.has(word))
    return inQuery(rest, secrets, (part) =>
      TIME.test(part) || (NUMBER.test(part) && !personal.has(part)) ? part : standIns.text(part, kept)
    )
  }

  const address = (text: string, origin: string): string => {
    const [, scheme = "https", hostname = "", rest = ""] = /^(https?):\/\/([^/?#]*)(.*)$/s.exec(text) ?? []
    if (`${scheme}://${hostname}` === origin) return `${ORIGIN}${within(rest)}`
    // Whoever reads the manifest knows these.
    if (Manifest.allows(options.hosts, hostname)) return `${scheme}://${hostname}${within(rest)}`
    return `${scheme}://${host(hostname)}${standIn(rest)}`
  }

  const text = (value: string, origin: string): string => {
    if (value === "") return value
    if (URL_LIKE.test(value)) return address(value, origin)
    if (EMAIL.test(value)) {
      const [name = "", domain = ""] = value.split("@")
      return `${standIns.text(name)}@${host(domain)}`
    }
    return standIn(/\s/.test(value) ? value.slice(0, PROSE) : value)
  }

  const leaf = (given: string, path: Path, origin: string): string => {
    const value = secrets.isIn(given) ? standIns.text(given) : given
    if (isPersonal(path)) return URL_LIKE.test(value) || EMAIL.test(value) ? text(value, origin) : personalText(value)
    if (TIME.test(value)) return value
    if (isKept(path) && wordsOf(value).every((word) => !personal.has(word))) return value
    if (isPlain(path) && (isState(value) || (NUMBER.test(value) && isMeasure(path)))) return value
    return text(value, origin)
  }

  /** A time stays one, on another day. */
  const personalText = (value: string) =>
    TIME.test(value)
      ? value.replace(/^\d{4}-\d\d-\d\d/, (day) =>
          new Date(Date.UTC(1970, 0, Number(standIns.word(day.replaceAll("-", "")).slice(0, 4))))
            .toISOString()
            .slice(0, 10)
        )
      : standIns.text(value)

  /** Whether a column makes a number or a time of a text there. */
  const isMeasure = (path: Path) =>
    columns.some((column) => column.type !== "string" && pathsOf(column).some((one) => isWithin(path, one)))

  const number = (value: number, path: Path) => {
    const digits = String(Math.abs(Math.trunc(value)))
    // No listing goes by fractions, but places are told by them.
    if (isPersonal(path) || (!Number.isInteger(value) && !isPlain(path))) return standIns.number(value)
    return digits.length >= DIGITS && personal.has(digits) ? standIns.number(value) : value
  }

  // Where a column comes from is written in the contract.
  const known = new Set([...personalPaths, ...plainPaths].flat())

  const name = (name: string, origin: string) =>
    known.has(name) || ((NAME.test(name) || /^\d+$/.test(name)) && wordsOf(name).every((word) => !personal.has(word)))
      ? name
      : text(name, origin)

  const body = (value: unknown, origin: string, path: Path = []): unknown => {
    if (typeof value === "string") return leaf(value, path, origin)
    if (typeof value === "number") return number(value, path)
    if (Array.isArray(value)) return value.map((item) => body(item, origin, path))
    if (!Predicate.isRecord(value)) return value
    return Object.fromEntries(
      Object.entries(value).map(([member, inner]) => [name(member, origin), body(inner, origin, [...path, member])])
    )
  }

  const header = (name: string, value: string, origin: string): string => {
    if (name === "content-type") return value.split(";")[0] ?? ""
    if (name === "link")
      return value.replace(/<([^>]*)>/g, (_, url: string) => `<${address(new URL(url, origin).href, origin)}>`)
    if (name === "location") return address(new URL(value, origin).href, origin)
    if (name === "retry-after") return value
    return NUMBER.test(value) || /^[\d, ]+$/.test(value) || (LIMITS.test(name) && WORD.test(value))
      ? value
      : text(value, origin)
  }

  const wanted = new Set([...HEADERS, ...options.headers.map((name) => name.toLowerCase())])
  return {
    body: (value, origin) => body(value, origin),
    text,
    headers: (headers, origin) =>
      Object.fromEntries(
        Object.entries(headers).flatMap(([name, value]) =>
          value !== undefined && (wanted.has(name) || LIMITS.test(name)) ? [[name, header(name, value, origin)]] : []
        )
      )
  }
}

/** Path and query with the path and the query's values changed, and without secrets; its names stay. */
const inQuery = (text: string, secrets: Secrets.Finder, change: (part: string) => string): string => {
  const [path = "", query] = text.split("?", 2)
  const changed = decode(path).split("/").map(change).join("/")
  if (query === undefined) return changed
  const told = query.split("&").filter((member) => !secrets.isIn(decode(member)))
  const members = told.map((member) => {
    const [name = "", value] = member.split("=", 2)
    return value === undefined ? name : `${name}=${encodeURIComponent(change(decode(value)))}`
  })
  return members.length === 0 ? changed : `${changed}?${members.join("&")}`
}

const decode = (text: string) => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
