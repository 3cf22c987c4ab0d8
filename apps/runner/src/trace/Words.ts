// What is said of a span beside its name and its time: a few words, what went wrong, what it waited for, where it leads to.
import * as Table from "../output/Table.ts"
import * as Time from "../output/Time.ts"
import { type Attributes, errorType, type Happening, isError, type Link, type Span, type Value } from "./Span.ts"

const count = (value: Value): string => (typeof value === "number" ? value.toLocaleString("en-US") : String(value))

const plural = (number: Value, one: string): string => `${count(number)} ${number === 1 ? one : `${one}s`}`

type Fact = (value: Value) => string | null

/** Attributes that are worth a place in the line, in this order, and how they are put. */
const FACTS: Readonly<Record<string, Fact>> = {
  "inlet.run.id": String,
  "inlet.run.outcome": (outcome) => (outcome === "ok" ? null : String(outcome)),
  "inlet.rows": (rows) => plural(rows, "row"),
  "inlet.batch.rows": (rows) => plural(rows, "row"),
  "inlet.pages": (pages) => plural(pages, "page"),
  "inlet.batches": (batches) => plural(batches, "batch").replace(/batchs$/, "batches"),
  "inlet.rows.confirmed": (rows) => `${count(rows)} confirmed`,
  "inlet.rows.rejected": (rows) => (rows === 0 ? null : `${count(rows)} rejected`),
  "http.response.status_code": String,
  "http.request.resend_count": (resends) => `attempt ${typeof resends === "number" ? resends + 1 : resends}`,
  "inlet.databox.status": String,
  "inlet.polls": (polls) => plural(polls, "look"),
  "process.exit.code": (code) => (code === 0 ? null : `exit ${code}`)
}

/** @example facts(span) is ["100 rows", "attempt 2"] */
export const facts = (span: Span): ReadonlyArray<string> => {
  // What went wrong is told already.
  const said = isError(span) ? [errorType(span), "failed", `exit ${errorType(span)}`] : []
  return Object.entries(FACTS).flatMap(([key, fact]) => {
    // What is part of a run need not say of which.
    const value = key === "inlet.run.id" && !span.name.startsWith("run ") ? undefined : span.attributes[key]
    const word = value === undefined ? null : fact(value)
    return word === null || said.includes(word) ? [] : [Table.clean(word)]
  })
}

/** What went wrong, or null. */
export const fault = (span: Span): string | null => {
  if (!isError(span)) return null
  const type = Table.clean(errorType(span) ?? "error")
  // A command whose parts failed each in their own way has nothing but its exit code to tell.
  return type === String(span.attributes["process.exit.code"]) ? `✗ exit ${type}` : `✗ ${type}`
}

export const isStopped = ({ attributes }: Span): boolean => attributes["status.interrupted"] === true

const number = ({ attributes }: Happening, key: string): number => {
  const value = attributes[key]
  return typeof value === "number" ? value : 0
}

const text = ({ attributes }: Happening, key: string): string => String(attributes[key] ?? "")

const millis = (milliseconds: number): string => Time.lasting(milliseconds * 1e6)

const PEERS: Readonly<Record<string, string>> = { source: "the source", sink: "Databox" }

/** How long whoever told of it waits then, in milliseconds. */
const waits: Readonly<Record<string, (it: Happening) => number>> = {
  "retry.scheduled": (it) => number(it, "delay_ms"),
  "rate_limit.wait": (it) => number(it, "seconds") * 1000
}

type Telling = (it: Happening) => string

/** What happened within a span and matters to whoever looks for a reason. */
const HAPPENINGS: Readonly<Record<string, Telling>> = {
  "retry.scheduled": (it) => `tries again in ${millis(number(it, "delay_ms"))}: ${text(it, "reason")}`,
  "rate_limit.wait": (it) => {
    const peer = text(it, "peer")
    return `waits ${millis(number(it, "seconds") * 1000)} for the rate limit of ${PEERS[peer] ?? peer}`
  },
  "row.rejected": (it) => `row rejected: ${[text(it, "path"), text(it, "error.type")].filter(Boolean).join(" ")}`,
  exception: (it) => text(it, "exception.message") || text(it, "exception.type")
}

/** A page or batch that has no span of its own, told of because it failed or took long. */
const untraced = (it: Happening): string | null => {
  if (it.attributes.duration_ms === undefined) return null
  const index = it.attributes["inlet.page.index"] ?? it.attributes["inlet.batch.index"]
  const which = index === undefined ? it.name : `${it.name} ${index}`
  const type = text(it, "error.type")
  return `${which}${type === "" ? "" : ` ✗ ${type}`} after ${millis(number(it, "duration_ms"))}, without a span of its own`
}

const told = (it: Happening): string | null => HAPPENINGS[it.name]?.(it) ?? untraced(it)

const inFull = (it: Happening): string =>
  [it.name, ...Object.entries(it.attributes).map(([key, value]) => `${key}=${value}`)].join(" ")

/** So many of one kind are told of one by one. */
const FEW = 3

const together = (name: string, them: ReadonlyArray<Happening>): string => {
  const wait = waits[name]
  const sum = wait === undefined ? "" : `, ${millis(them.reduce((sum, it) => sum + wait(it), 0))} in all`
  return `${count(them.length)} × ${name}${sum}`
}

const byName = (them: ReadonlyArray<Happening>): ReadonlyArray<readonly [string, ReadonlyArray<Happening>]> => {
  const groups = new Map<string, Array<Happening>>()
  for (const it of them) groups.set(it.name, [...(groups.get(it.name) ?? []), it])
  return [...groups]
}

/** A request that was answered says as much by its status. */
const isAnswer = ({ name }: Happening, attributes: Attributes): boolean =>
  name === "exception" && attributes["http.response.status_code"] !== undefined

/** What happened within the span, a line each; `all` leaves nothing out. */
export const happenings = ({ attributes, events }: Span, all: boolean): ReadonlyArray<string> =>
  all
    ? events.map((it) => Table.clean(told(it) ?? inFull(it)))
    : byName(events.filter((it) => told(it) !== null && !isAnswer(it, attributes))).flatMap(([name, them]) =>
        (them.length <= FEW ? them.map((it) => told(it) ?? "") : [together(name, them)]).map(Table.clean)
      )

/** Whether something in it asks for a look. */
export const isNotable = (span: Span): boolean =>
  isError(span) || isStopped(span) || span.events.some((it) => told(it) !== null)

/** What many spans say together. */
export const sums = (spans: ReadonlyArray<Span>): ReadonlyArray<string> => {
  const rows = spans.reduce((sum, { attributes }) => {
    const value = attributes["inlet.rows"] ?? attributes["inlet.batch.rows"]
    return sum + (typeof value === "number" ? value : 0)
  }, 0)
  const faults = new Map<string, number>()
  for (const span of spans.filter(isError)) {
    const fault = errorType(span) ?? "error"
    faults.set(fault, (faults.get(fault) ?? 0) + 1)
  }
  return [
    ...(rows === 0 ? [] : [plural(rows, "row")]),
    ...[...faults].map(([fault, times]) => Table.clean(`✗ ${fault} × ${count(times)}`))
  ]
}

/** Where a link leads to. */
export interface Target {
  /** Of the span, where it is in the same trace. */
  readonly name: string | null
  readonly run: string | null
}

const RELATIONS: Readonly<Record<string, readonly [words: string, what: string]>> = {
  "rows-from": ["rows from", "page"],
  "replay-of": ["replays", "run"],
  "resend-of": ["sends again", "send batch"]
}

const leads = ({ attributes, spanId, traceId }: Link, { name, run }: Target): string => {
  const [words, what] = RELATIONS[String(attributes["inlet.link"])] ?? ["leads to", "span"]
  if (name !== null) return `${words} ${name}`
  if (run === null) return `${words} ${what} ${spanId} of trace ${traceId}`
  return what === "run" ? `${words} run ${run}` : `${words} ${what} of run ${run}`
}

/** Where the span leads to, a line for those that read the same. */
export const links = ({ attributes, links }: Span, target: (link: Link) => Target): ReadonlyArray<string> => {
  const lines = new Map<string, number>()
  for (const link of links) {
    const line = leads(link, target(link))
    lines.set(line, (lines.get(line) ?? 0) + 1)
  }
  const omitted = attributes["inlet.links.omitted"]
  return [
    ...[...lines].map(([line, times]) => Table.clean(times === 1 ? line : `${line} × ${count(times)}`)),
    ...(typeof omitted === "number" ? [`${count(omitted)} more`] : [])
  ]
}
