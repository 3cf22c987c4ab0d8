// The span tree for people: names, how long each took and when, what went wrong, what was waited for. A line never is wider
// than the terminal, whatever the names and values in it are.
import type { Output, Style } from "../output/Output.ts"
import * as Table from "../output/Table.ts"
import * as Time from "../output/Time.ts"
import * as Fold from "./Fold.ts"
import { isError, type Link, type Span } from "./Span.ts"
import type { Node } from "./Tree.ts"
import * as Words from "./Words.ts"

/** How a piece is painted and, where there is no room for all, what becomes of it: it may have to stay, or go as a whole. */
type Manner = Style | "kept" | "spare"

type Piece = readonly [text: string, manner?: Manner | undefined]

interface Line {
  readonly pieces: ReadonlyArray<Piece>
  /** The spans that it stands for; none where it only tells something. */
  readonly spans: ReadonlyArray<Span>
}

export interface Options extends Pick<Output["Type"], "columns" | "paint"> {
  /** Shows every span, and everything that happened within them. */
  readonly all: boolean
  /** Where a link of a span leads to; the stream is the one of the run that it is in. */
  readonly target: (link: Link, stream: string | null) => Words.Target
}

const TIME = 9
const GAP = 2
/** Below this many columns there is no room for bars. */
const NARROW = 60

const width = (text: string): number => [...text].length

/** What is cut away says so. */
const cut = (text: string, room: number): string =>
  width(text) <= room ? text : room < 1 ? "" : `${[...text].slice(0, room - 1).join("")}…`

const stays = ([, manner]: Piece): boolean => manner === "red" || manner === "kept"

/** The pieces in this room; what comes first keeps its place, and what went wrong is seen in any case. */
const fitted = (pieces: ReadonlyArray<Piece>, room: number): ReadonlyArray<Piece> => {
  const staying = pieces.filter(stays).reduce((sum, [text]) => sum + width(text), 0)
  const left = { staying: Math.min(staying, room), others: Math.max(0, room - staying) }
  return pieces.map((piece): Piece => {
    const [text, manner] = piece
    const kind = stays(piece) ? "staying" : "others"
    const part = manner === "spare" && width(text) > left[kind] ? "" : cut(text, left[kind])
    left[kind] -= width(part)
    return [part, manner]
  })
}

const painted = ([text, manner]: Piece, paint: Output["Type"]["paint"]): string =>
  text === "" || manner === undefined || manner === "kept" || manner === "spare" ? text : paint(manner, text)

const length = (span: Span): number => Number(span.end - span.start)

/** One that was rebuilt may be known to have happened, and not how long it took. */
const time = (nanos: number): string => (nanos === 0 ? "–" : Time.lasting(nanos))

const range = (spans: ReadonlyArray<Span>): string | null => {
  const lengths = spans.map(length).sort((one, other) => one - other)
  const [least, most] = [lengths[0] ?? 0, lengths.at(-1) ?? 0]
  if (most === 0) return null
  const [from, to] = [time(least), time(most)]
  return from === to ? `, ${from} each` : `, ${from} … ${to}`
}

const pieces = (text: string | null, manner?: Manner): ReadonlyArray<Piece> => (text === null ? [] : [[text, manner]])

const nameOf = (span: Span, lost: boolean): ReadonlyArray<Piece> => {
  const fault = Words.fault(span)
  return [
    [Table.clean(span.name), "bold"],
    ...pieces(fault === null ? null : ` ${fault}`, "red"),
    ...pieces(Words.isStopped(span) ? " stopped" : null, "yellow"),
    ...Words.facts(span).map((fact, index): Piece => [index === 0 ? `  ${fact}` : `, ${fact}`, "spare"]),
    ...pieces(lost ? "  (what it is a part of was not written)" : null)
  ]
}

const lines = (entries: ReadonlyArray<Fold.Entry>, { all, columns, target }: Options): ReadonlyArray<Line> => {
  const notes = (node: Node, before: string, stream: string | null): ReadonlyArray<Line> =>
    [
      ...Words.happenings(node.span, all).map((text) => `· ${text}`),
      ...Words.links(node.span, (link) => target(link, stream)).map((text) => `→ ${text}`)
    ].map((text) => ({ pieces: [[before], [text, isError(node.span) ? "yellow" : undefined]], spans: [] }))

  const below = (entries: ReadonlyArray<Fold.Entry>, before: string, outer: string | null): ReadonlyArray<Line> =>
    entries.flatMap((entry, index) => {
      const last = index === entries.length - 1
      return lined(entry, `${before}${last ? "└─ " : "├─ "}`, `${before}${last ? "   " : "│  "}`, outer)
    })

  const lined = (entry: Fold.Entry, head: string, tail: string, outer: string | null): ReadonlyArray<Line> => {
    if (entry._tag === "Many") {
      const { name, spans } = entry
      const many: Piece = [` × ${spans.length.toLocaleString("en-US")}`, "kept"]
      const times = pieces(range(spans), columns < NARROW ? "spare" : "kept")
      const sums = Words.sums(spans).map((text): Piece => [`, ${text}`, text.startsWith("✗") ? "red" : "spare"])
      return [{ pieces: [[head], [Table.clean(name)], many, ...times, ...sums], spans }]
    }
    const { entries, node } = entry
    const { span } = node
    const stream = typeof span.attributes["inlet.stream"] === "string" ? span.attributes["inlet.stream"] : outer
    return [
      { pieces: [[head], ...nameOf(span, node.lost)], spans: [span] },
      ...notes(node, entries.length > 0 ? `${tail}│  ` : `${tail}   `, stream),
      ...below(entries, tail, stream)
    ]
  }
  return entries.flatMap((entry) => lined(entry, "", "", null))
}

interface Axis {
  readonly from: bigint
  readonly length: number
  readonly columns: number
}

const axisOf = (spans: ReadonlyArray<Span>, columns: number): Axis => {
  const from = spans.reduce((least, { start }) => (start < least ? start : least), spans[0]?.start ?? 0n)
  const to = spans.reduce((most, { end }) => (end > most ? end : most), from)
  return { from, length: Math.max(1, Number(to - from)), columns }
}

/** When they were under way, on the axis of the whole trace. */
const bar = (spans: ReadonlyArray<Span>, { columns, from, length }: Axis): string => {
  const cells = Array.from({ length: columns }, () => " ")
  for (const { end, start } of spans) {
    const first = Math.min(columns - 1, Math.floor((Number(start - from) / length) * columns))
    const last = Math.max(first, Math.min(columns, Math.ceil((Number(end - from) / length) * columns)) - 1)
    cells.fill("━", first, last + 1)
  }
  return cells.join("").trimEnd()
}

/** The spans as lines. */
export const render = (nodes: ReadonlyArray<Node>, options: Options): ReadonlyArray<string> => {
  const { all, columns, paint } = options
  const entries = all ? Fold.fold(nodes, Number.POSITIVE_INFINITY) : Fold.readable(nodes)
  const shown = lines(entries, options)
  const bars = columns < NARROW ? 0 : Math.min(40, Math.max(12, Math.floor(columns / 6)))
  const axis = axisOf(
    shown.flatMap(({ spans }) => spans),
    bars
  )
  const room = columns - GAP - TIME - (bars === 0 ? 0 : GAP + bars)
  const widths = shown.map(({ pieces, spans }) =>
    spans.length === 0 ? 0 : pieces.reduce((sum, [text]) => sum + width(text), 0)
  )
  const names = Math.min(
    room,
    widths.reduce((most, one) => Math.max(most, one), 0)
  )
  return shown.map(({ pieces, spans }) => {
    const parts = fitted(pieces, spans.length === 0 ? columns : names)
    const text = parts.map((part) => painted(part, paint)).join("")
    if (spans.length === 0) return text
    const space = " ".repeat(names - parts.reduce((sum, [text]) => sum + width(text), 0))
    const [first] = spans
    const lasted = time(spans.length === 1 && first !== undefined ? length(first) : axisOf(spans, 0).length)
    return `${text}${space}${" ".repeat(GAP)}${lasted.padStart(TIME)}${" ".repeat(GAP)}${bar(spans, axis)}`.trimEnd()
  })
}
