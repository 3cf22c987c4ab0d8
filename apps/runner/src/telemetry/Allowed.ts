// What may be in a trace: spans by their names, with the attributes that each may have. It is a list of what is allowed; what
// is not in it goes no further. New spans and attributes get their place here, and in docs/tracing.md.
import type { Attributes } from "@opentelemetry/api"
import type { ReadableSpan, TimedEvent } from "@opentelemetry/sdk-trace-base"
import * as Secrets from "./Secrets.ts"

/** Names of attributes; one that ends in `*` stands for all that begin so. */
type Keys = ReadonlyArray<string>

const NAME = "[a-z][a-z0-9_-]*"
const ROWS = ["inlet.rows.extracted", "inlet.rows.sent", "inlet.rows.confirmed", "inlet.rows.rejected"]
const PAGE = ["inlet.page.index", "inlet.rows", "inlet.rows.rejected"]
const BATCH = [
  "inlet.dataset.key",
  "inlet.batch.index",
  "inlet.batch.rows",
  "inlet.batch.bytes",
  "inlet.batch.id",
  "inlet.databox.request_id",
  "inlet.databox.ingestion_id",
  "inlet.links.omitted"
]
const PEER = ["peer.service", "service.peer.name"]
const SQLITE = [
  "db.system.name",
  "db.operation.name",
  "db.collection.name",
  "db.query.summary",
  "db.operation.batch.size",
  ...PEER
]
const HTTP = [
  "http.request.method",
  "http.request.resend_count",
  "http.response.status_code",
  "http.response.header.retry-after",
  "http.response.header.x-ratelimit-*",
  "http.response.header.x-readratelimit-*",
  "http.response.header.x-github-request-id",
  "server.address",
  "server.port",
  "url.full",
  "url.template",
  ...PEER
]

/** Beside those of its name, on every span. */
const ANY: Keys = ["error.type", "span.label", "status.interrupted"]

const VERBS = "sync|send|replay|release|discard|erase|check"

/** By a span's name. */
export const SPANS: ReadonlyArray<readonly [name: RegExp, keys: Keys]> = [
  [
    /^inlet( [a-z][a-z-]*)+$/,
    [
      "inlet.command",
      "inlet.trigger",
      "inlet.trace.rebuilt",
      "process.executable.name",
      "process.exit.code",
      "inlet.links.omitted"
    ]
  ],
  [
    new RegExp(`^(?!send batch$)(${VERBS}) ${NAME}$`),
    ["inlet.connector", "inlet.connector.version", "inlet.connection", "inlet.run.outcome", ...ROWS]
  ],
  [new RegExp(`^run ${NAME}$`), ["inlet.run.id", "inlet.run.outcome", "inlet.stream", "inlet.links.omitted", ...ROWS]],
  [
    new RegExp(`^extract ${NAME}$`),
    ["inlet.run.id", "inlet.stream", "inlet.sync.mode", "inlet.pages", "inlet.pages.traced", "inlet.rows"]
  ],
  [/^page$/, PAGE],
  [/^decode$/, []],
  [/^refresh token$/, []],
  [/^(GET|HEAD|POST|PUT|PATCH|DELETE) \/\S*$/, HTTP],
  [/^(append events|record send)$/, SQLITE],
  [
    new RegExp(`^load ${NAME}$`),
    [
      "inlet.run.id",
      "inlet.dataset.key",
      "inlet.batches",
      "inlet.batches.traced",
      "inlet.rows.sent",
      "inlet.rows.confirmed",
      "inlet.rows.rejected"
    ]
  ],
  [
    new RegExp(`^map ${NAME}$`),
    ["inlet.dataset.key", "inlet.events", "inlet.rows", "inlet.projection.version", "inlet.links.omitted"]
  ],
  [/^(provision|purge)$/, ["inlet.dataset.key"]],
  [/^send batch$/, BATCH],
  [/^barrier$/, ["inlet.dataset.key"]],
  [/^confirm$/, ["inlet.batch.id", "inlet.databox.ingestion_id", "inlet.databox.status", "inlet.polls"]],
  [/^isolate$/, ["inlet.dataset.key"]]
]

/** A page or a batch without a span of its own is told of as an event of the span around it. */
const UNTRACED = ["duration_ms", "error.type"]

export const EVENTS: Readonly<Record<string, Keys>> = {
  exception: ["exception.type", "exception.message"],
  "retry.scheduled": ["reason", "delay_ms"],
  "rate_limit.wait": ["peer", "seconds", "until"],
  "cursor.saved": [],
  "row.rejected": ["path", "error.type", "count"],
  "ingestion.status": ["from", "to"],
  "token.rotated": [],
  page: [...PAGE, ...UNTRACED],
  "send batch": [...BATCH, ...UNTRACED],
  map: ["inlet.dataset.key", "inlet.events", "inlet.rows", "inlet.projection.version", ...UNTRACED],
  confirm: ["inlet.batch.id", "inlet.databox.ingestion_id", ...UNTRACED]
}

export const LINKS: Keys = ["inlet.link"]

/** Beside those that OTEL_RESOURCE_ATTRIBUTES names. */
export const RESOURCE: Keys = [
  "service.name",
  "service.version",
  "service.instance.id",
  "deployment.environment.name",
  "telemetry.sdk.name",
  "telemetry.sdk.language",
  "telemetry.sdk.version"
]

/** The name of a span that is not in the list. */
const UNKNOWN = "unknown"

interface Rule {
  readonly name: string
  readonly allows: (key: string) => boolean
}

const allowing = (keys: Keys): Rule["allows"] => {
  const whole = new Set(keys)
  const beginnings = keys.filter((key) => key.endsWith("*")).map((key) => key.slice(0, -1))
  return (key) => whole.has(key) || beginnings.some((beginning) => key.startsWith(beginning))
}

/** What a span of this name may say. */
export const ruleOf = (name: string): Rule => {
  const found = SPANS.filter(([pattern]) => pattern.test(name))
  const keys = found.flatMap(([, keys]) => keys)
  return { name: found.length === 0 ? UNKNOWN : name, allows: allowing([...ANY, ...keys]) }
}

const eventRules = new Map(Object.entries(EVENTS).map(([name, keys]) => [name, allowing(keys)]))
const linkRule = allowing(LINKS)

export interface Filter {
  readonly span: (span: ReadableSpan) => ReadableSpan
  readonly attributes: (attributes: Attributes, allows: Rule["allows"]) => Attributes
}

/** Lets through what is allowed, without secrets, and cut to a length. */
export const filter = (secrets: ReadonlySet<string>, longest: number): Filter => {
  const rules = new Map<string, Rule>()
  const rule = (name: string): Rule => {
    const known = rules.get(name)
    if (known !== undefined) return known
    const found = ruleOf(Secrets.redact(secrets, name))
    // Names are few, as long as they are ours.
    if (found.name !== UNKNOWN) rules.set(name, found)
    return found
  }

  const text = (written: string) => Secrets.redact(secrets, written).slice(0, longest)
  const attributes: Filter["attributes"] = (all, allows) => {
    const left: Attributes = {}
    for (const key of Object.keys(all)) {
      const value = all[key]
      if (!allows(key)) continue
      left[key] = Secrets.isNamed(key) ? Secrets.HIDDEN : typeof value === "string" ? text(value) : value
    }
    return left
  }
  const events = (all: ReadonlyArray<TimedEvent>): Array<TimedEvent> =>
    all.flatMap((event) => {
      const allows = eventRules.get(event.name)
      return allows === undefined ? [] : [{ ...event, attributes: attributes(event.attributes ?? {}, allows) }]
    })

  return {
    attributes,
    span: (span) => {
      const { allows, name } = rule(span.name)
      const { message, ...status } = span.status
      const { parentSpanContext } = span
      return {
        name,
        kind: span.kind,
        spanContext: () => span.spanContext(),
        ...(parentSpanContext !== undefined && { parentSpanContext }),
        startTime: span.startTime,
        endTime: span.endTime,
        status: message === undefined ? status : { ...status, message: text(message) },
        attributes: attributes(span.attributes, allows),
        links: span.links.map(({ attributes: own = {}, context }) => ({
          context,
          attributes: attributes(own, linkRule)
        })),
        events: events(span.events),
        duration: span.duration,
        ended: span.ended,
        resource: span.resource,
        instrumentationScope: span.instrumentationScope,
        droppedAttributesCount: span.droppedAttributesCount,
        droppedEventsCount: span.droppedEventsCount,
        droppedLinksCount: span.droppedLinksCount
      }
    }
  }
}
