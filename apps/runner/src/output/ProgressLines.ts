// The lines that show how far pipelines are, for the room that there is: running ones a line each, all others in one.
import type { Event } from "@inlet/core"
import type { Paint } from "./Output.ts"
import type * as Rate from "./Rate.ts"
import type { Size } from "./Screen.ts"
import * as Waiting from "./Waiting.ts"
import * as Width from "./Width.ts"

export interface Running {
  readonly phase: "running"
  readonly began: number
  readonly rate: Rate.Rate
  readonly waits: ReadonlyArray<Waiting.Waiting>
}

export type Phase = { readonly phase: "queued" } | Running | { readonly phase: "ended"; readonly how: string }

export interface Pipeline {
  /** `github/issues` */
  readonly name: string
  readonly state: Phase
  readonly counts: Event.Counts | null
}

const number = (count: number) => count.toLocaleString("en-US")

/** @example tally(counts) === "420 read, 400 sent, 20 unchanged" */
export const tally = ({ read, ...rest }: Event.Counts): string =>
  Object.entries({ read, ...rest })
    .filter(([name, count]) => count > 0 || name === "read")
    .map(([name, count]) => `${number(count)} ${name}`)
    .join(", ")

/** @example perSecond(310.4) === "310 records/s" */
export const perSecond = (rate: number | null, unit = " records/s"): string =>
  rate === null || rate < 0.5 ? "" : `${number(Math.round(rate))}${unit}`

/** What it waits for, if that is what there is to tell. */
export const waiting = ({ rate, waits }: Running, now: number) => Waiting.foremost(waits, now, rate.isBusy(now))

interface Line {
  readonly name: string
  readonly read: string
  readonly sent: string
  readonly others: string
  /** What follows, from the longest on, and the elapsed time where it is not a wait. */
  readonly ends: ReadonlyArray<string>
  readonly waits: boolean
}

const OTHERS = ["unchanged", "superseded", "quarantined"] as const

const line = (name: string, counts: Event.Counts | null, running: Running, now: number): Line => {
  const wait = waiting(running, now)
  const rate = running.rate.at(now)
  const elapsed = Waiting.span(Math.max(0, Math.floor((now - running.began) / 1000)))
  const others = OTHERS.filter((name) => counts !== null && counts[name] > 0)
  return {
    name,
    read: `${number(counts?.read ?? 0)} read`,
    sent: `${number(counts?.sent ?? 0)} sent`,
    others: others.map((name) => `${number(counts?.[name] ?? 0)} ${name}`).join("  "),
    waits: wait !== undefined,
    ends:
      wait === undefined
        ? [perSecond(rate), perSecond(rate, "/s")].map((rate) => (rate === "" ? elapsed : `${rate}  ${elapsed}`))
        : Waiting.words(wait, now)
  }
}

/** The fullest form of a line that fits. */
const fitted = (one: Line, widths: Record<"name" | "read" | "sent", number>, columns: number, paint: Paint) => {
  const name = Width.padEnd(one.name, widths.name)
  const read = Width.padStart(one.read, widths.read)
  const sent = Width.padStart(one.sent, widths.sent)
  const [longest = ""] = one.ends
  const shortest = one.ends.at(-1) ?? ""
  const forms = [
    ...(one.others === "" ? [] : [[name, read, sent, one.others, longest]]),
    ...one.ends.map((end) => [name, read, sent, end]),
    ...one.ends.map((end) => [name, read, end]),
    ...one.ends.map((end) => [name, end]),
    [one.name, shortest]
  ].map((parts) => ({ before: parts.slice(0, -1).join("  "), end: parts.at(-1) ?? "" }))
  const form = forms.find(({ before, end }) => Width.of(`${before}  ${end}`) <= columns)
  if (form === undefined) return Width.cut(`${one.name}  ${shortest}`, columns)
  return `${form.before}  ${one.waits ? paint("yellow", form.end) : form.end}`
}

const most = (lines: ReadonlyArray<Line>, of: "name" | "read" | "sent"): number =>
  Math.max(0, ...lines.map((line) => Width.of(line[of])))

/** The pipelines that have no line of their own. */
const rest = (all: ReadonlyArray<Pipeline>, shown: number, unshown: number): string => {
  const queued = all.filter(({ state }) => state.phase === "queued").length
  const ended = all.flatMap(({ state }) => (state.phase === "ended" ? [state.how] : []))
  const more = shown > 0 ? " more" : ""
  return [
    ...(unshown > 0 ? [`${unshown}${more} ${unshown === 1 ? "is" : "are"} running`] : []),
    ...(queued > 0 ? [`${queued}${more} ${queued === 1 ? "waits for its" : "wait for their"} turn`] : []),
    ...[...new Set(ended)].map((how) => `${ended.filter((one) => one === how).length} ${how}`)
  ].join(", ")
}

export const lines = (
  all: ReadonlyArray<Pipeline>,
  now: number,
  { columns, rows }: Size,
  paint: Paint
): ReadonlyArray<string> => {
  const running = all.flatMap(({ counts, name, state }) =>
    state.phase === "running" ? [line(name, counts, state, now)] : []
  )
  const others = running.length < all.length ? 1 : 0
  const shown = running.length + others <= rows ? running : running.slice(0, Math.max(0, rows - 1))
  const last = rest(all, shown.length, running.length - shown.length)
  const widths = { name: most(shown, "name"), read: most(shown, "read"), sent: most(shown, "sent") }
  return [
    ...shown.map((one) => fitted(one, widths, columns, paint)),
    ...(last === "" ? [] : [Width.cut(last, columns)])
  ]
}
