// The trace of a command as a text that stays the same from run to run: what is in it, and not when, how long and by which ids.
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { type Ended, jsonLines, type Options } from "../support/Inlet.ts"
import * as Otlp from "./Otlp.ts"

/** Attributes whose values differ from run to run, or from machine to machine. */
const MASKED =
  /^(inlet\.(run\.id|projection\.version|batch\.(id|bytes)|databox\.(ingestion_id|request_id)|polls|connector\.version)|server\.port|url\.full|http\.response\.header\..*|until|seconds|delay_ms|duration_ms)$/

const STATUS = ["unset", "ok", "error"]
const KIND = ["", "internal", "server", "client", "producer", "consumer"]

/** A moment within a sentence. */
const moments = (text: string): string => text.replace(/\d{4}-\d{2}-\d{2} [\d:]{8}/g, "<moment>")

const said = (attributes: Otlp.Read["attributes"]): string =>
  Object.entries(attributes)
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([key, value]) => ` ${key}${MASKED.test(key) ? "" : `=${moments(String(value))}`}`)
    .join("")

/** Indented lines: a span, its events and links, and the spans below. What is the same several times stands there once. */
export const tell = (spans: ReadonlyArray<Otlp.Read>, others: ReadonlyArray<Otlp.Read> = []): string => {
  const known = new Map([...spans, ...others].map((span) => [span.spanId, span]))
  const own = new Set(spans.map(({ spanId }) => spanId))
  const lines = (span: Otlp.Read, indent: string): string => {
    const head = `${indent}${span.name} [${KIND[span.kind]}, ${STATUS[span.status.code]}]${said(span.attributes)}`
    const message = "message" in span.status ? [`${indent}  ! ${moments(span.status.message)}`] : []
    const links = span.links.map(({ attributes, spanId, traceId }) => {
      const there = known.get(spanId)
      const where = there === undefined ? "nowhere" : there.name
      return `${indent}  -> ${where}${traceId === span.traceId ? "" : " of another trace"}${said(attributes)}`
    })
    const events = span.events.map(({ attributes, name }) => `${indent}  * ${name}${said(attributes)}`)
    const below = spans.filter(({ parent }) => parent === span.spanId).map((child) => lines(child, `${indent}    `))
    return [head, ...message, ...links, ...new Set(events), ...[...new Set(below)].sort()].join("\n")
  }
  return `${spans
    .filter(({ parent }) => parent === undefined || !own.has(parent))
    .map((root) => lines(root, ""))
    .join("\n")}\n`
}

const Event = Schema.Struct({ type: Schema.String, trace: Schema.NullOr(Schema.String), run: Schema.String })
export type Event = typeof Event.Type

interface World {
  readonly cwd: string
  readonly run: (args: ReadonlyArray<string>, options?: Options) => Effect.Effect<Ended>
}

/** The spans of a trace, out of its file. */
export const spansOf = ({ cwd }: Pick<World, "cwd">, traceId: string) =>
  Effect.map(
    Effect.promise(() => readFile(join(cwd, ".inlet", "traces", `${traceId}.jsonl`), "utf8")),
    (text) => Otlp.spans(text.trimEnd().split("\n"))
  )

/** The events that were appended in a trace. */
export const eventsOf = ({ run }: World, traceId: string) =>
  Effect.map(run(["events", "--json"]), ({ stdout }) =>
    jsonLines(stdout)
      .map((line) => Schema.decodeUnknownSync(Event)(line))
      .filter(({ trace }) => trace?.split("-")[1] === traceId)
  )

export const spanOf = ({ trace }: Event): string => trace?.split("-")[2] ?? ""
