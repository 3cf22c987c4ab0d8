// What a trace may say, read from the conventions (sections 2, 3, 4 and 6 of the note on observability) and from what was added
// to them; written down apart from the program's own table, so that neither says alone what is right.

export interface Listed {
  /** As the conventions write it; `{…}` stands for a name out of a closed set. */
  readonly name: string
  readonly keys: ReadonlyArray<string>
  /** What was added since (docs/decisions), and what is not there any more. */
  readonly more?: ReadonlyArray<string>
  readonly without?: ReadonlyArray<string>
}

const ROWS = ["inlet.rows.extracted", "inlet.rows.sent", "inlet.rows.confirmed", "inlet.rows.rejected"]
const HEADERS = ["retry-after", "x-ratelimit-*", "x-readratelimit-*", "x-github-request-id"]

/** Section 3, row by row; the names of section 2 that share a row are below. */
export const SPANS: ReadonlyArray<Listed> = [
  {
    name: "inlet sync",
    keys: ["process.executable.name", "process.exit.code", "inlet.command", "inlet.trigger", "error.type"],
    more: ["inlet.links.omitted", "inlet.trace.rebuilt"]
  },
  {
    name: "sync {connector}",
    keys: [
      "inlet.run.id",
      "inlet.connector",
      "inlet.connector.version",
      "inlet.connection",
      "inlet.run.outcome",
      ...ROWS
    ],
    // A run is one of a stream: see `run {stream}`.
    without: ["inlet.run.id"]
  },
  {
    name: "extract {stream}",
    keys: [
      "inlet.stream",
      "inlet.sync.mode",
      "inlet.cursor.from",
      "inlet.cursor.to",
      "inlet.pages",
      "inlet.rows",
      "inlet.pages.traced"
    ],
    more: ["inlet.run.id"],
    // Ours hold ids of records, and those may be somebody's.
    without: ["inlet.cursor.from", "inlet.cursor.to"]
  },
  { name: "page", keys: ["inlet.page.index", "inlet.rows", "inlet.rows.rejected"] },
  {
    name: "HTTP client",
    keys: [
      "http.request.method",
      "url.template",
      "url.full",
      "server.address",
      "server.port",
      "http.response.status_code",
      "http.request.resend_count",
      "error.type",
      "peer.service"
    ],
    more: ["service.peer.name", ...HEADERS.map((name) => `http.response.header.${name}`)]
  },
  {
    name: "SQLite client",
    keys: [
      "db.system.name",
      "db.operation.name",
      "db.collection.name",
      "db.query.summary",
      "db.operation.batch.size",
      "peer.service"
    ],
    more: ["service.peer.name"]
  },
  {
    name: "map {dataset}",
    keys: ["inlet.dataset.key", "inlet.events", "inlet.rows", "inlet.projection.version"],
    more: ["inlet.links.omitted"]
  },
  {
    name: "send batch",
    keys: [
      "inlet.dataset.key",
      "inlet.batch.index",
      "inlet.batch.rows",
      "inlet.batch.bytes",
      "inlet.batch.id",
      "inlet.databox.request_id",
      "inlet.databox.ingestion_id"
    ],
    // Section 2, on links.
    more: ["inlet.links.omitted"]
  },
  {
    name: "load {dataset}",
    keys: ["inlet.dataset.key", "inlet.batches", "inlet.rows.sent", "inlet.rows.confirmed", "inlet.rows.rejected"],
    more: ["inlet.run.id", "inlet.batches.traced"]
  },
  { name: "decode", keys: [] },
  { name: "refresh token", keys: [] },
  {
    name: "confirm",
    keys: ["inlet.databox.ingestion_id", "inlet.databox.status", "inlet.polls"],
    more: ["inlet.batch.id"]
  }
]

/** A span that is in section 2, and not here: the log is the outbox. */
export const GONE = "write outbox"

/** Spans that were added. */
export const ADDED: ReadonlyArray<Listed> = [
  { name: "run {stream}", keys: ["inlet.run.id", "inlet.run.outcome", "inlet.stream", "inlet.links.omitted", ...ROWS] },
  { name: "provision", keys: ["inlet.dataset.key"] },
  { name: "purge", keys: ["inlet.dataset.key"] },
  { name: "barrier", keys: ["inlet.dataset.key"] },
  { name: "isolate", keys: ["inlet.dataset.key"] }
]

/** On every span: section 4, of errors and interruptions. */
export const EVERYWHERE = ["error.type", "status.interrupted", "span.label"]

/** Section 4. */
export const EVENTS: Readonly<Record<string, ReadonlyArray<string>>> = {
  "retry.scheduled": ["reason", "delay_ms"],
  "rate_limit.wait": ["peer", "seconds", "until"],
  "cursor.saved": [],
  "row.rejected": ["path", "error.type"],
  "ingestion.status": ["from", "to"],
  "token.rotated": []
}

/** In the place of spans of their own, beyond the page budget; and the exception on the innermost span. */
export const MORE_EVENTS: Readonly<Record<string, ReadonlyArray<string>>> = {
  exception: ["exception.type", "exception.message"],
  "row.rejected": ["count"],
  page: ["inlet.page.index", "inlet.rows", "inlet.rows.rejected", "duration_ms", "error.type"],
  "send batch": [
    "inlet.dataset.key",
    "inlet.batch.index",
    "inlet.batch.rows",
    "inlet.batch.bytes",
    "inlet.batch.id",
    "inlet.databox.request_id",
    "inlet.databox.ingestion_id",
    "inlet.links.omitted",
    "duration_ms",
    "error.type"
  ],
  map: ["inlet.dataset.key", "inlet.events", "inlet.rows", "inlet.projection.version", "duration_ms", "error.type"],
  confirm: ["inlet.batch.id", "inlet.databox.ingestion_id", "duration_ms", "error.type"]
}

/** Section 2. */
export const LINKS = ["inlet.link"]

/** Section 6. */
export const RESOURCE = [
  "service.name",
  "service.version",
  "service.instance.id",
  "deployment.environment.name",
  "telemetry.sdk.name",
  "telemetry.sdk.language",
  "telemetry.sdk.version"
]

const NAME = "[a-z][a-z0-9_-]*"

/** Which row a span of a trace belongs to, by its name: section 2, and what was added to it. */
const ROWS_OF: ReadonlyArray<readonly [name: RegExp, row: string, example: string]> = [
  // Before the one of a source by that name.
  [/^send batch$/, "send batch", "send batch"],
  [/^inlet( [a-z][a-z-]*)+$/, "inlet sync", "inlet replay sends"],
  [new RegExp(`^(sync|send|replay|release|discard|erase|check) ${NAME}$`), "sync {connector}", "replay github"],
  [new RegExp(`^run ${NAME}$`), "run {stream}", "run issues"],
  [new RegExp(`^extract ${NAME}$`), "extract {stream}", "extract issues"],
  [/^page$/, "page", "page"],
  [/^decode$/, "decode", "decode"],
  [/^refresh token$/, "refresh token", "refresh token"],
  [/^(GET|HEAD|POST|PUT|PATCH|DELETE) \/[\w/{}.-]*$/, "HTTP client", "GET /repos/{owner}/{repo}/issues"],
  [/^(append events|record send)$/, "SQLite client", "append events"],
  [new RegExp(`^load ${NAME}$`), "load {dataset}", "load github_issues"],
  [new RegExp(`^map ${NAME}$`), "map {dataset}", "map github_issues"],
  [new RegExp(`^provision ${NAME}$|^provision$`), "provision", "provision"],
  [new RegExp(`^purge ${NAME}$|^purge$`), "purge", "purge"],
  [/^barrier$/, "barrier", "barrier"],
  [/^confirm$/, "confirm", "confirm"],
  [/^isolate$/, "isolate", "isolate"]
]

/** A name for each row. */
export const EXAMPLES = ROWS_OF.map(([, , example]) => example)

const keysOf = ({ keys, more = [], without = [] }: Listed): ReadonlyArray<string> =>
  [...keys, ...more, ...EVERYWHERE].filter((key) => !without.includes(key))

/** The row that a span of that name belongs to. */
export const rowOf = (name: string): string | undefined => ROWS_OF.find(([pattern]) => pattern.test(name))?.[1]

/** What a span of that name may say; undefined for a name that is not listed. */
export const allowed = (name: string): ReadonlyArray<string> | undefined => {
  const row = rowOf(name)
  const listed = [...SPANS, ...ADDED].find((one) => one.name === row)
  return listed === undefined ? undefined : keysOf(listed)
}

/** What an event of that name may say; undefined for a name that is not listed. */
export const allowedIn = (event: string): ReadonlyArray<string> | undefined => {
  const [listed, more] = [EVENTS[event], MORE_EVENTS[event]]
  return listed === undefined && more === undefined ? undefined : [...(listed ?? []), ...(more ?? [])]
}

/** Whether a key is one of these; one that ends in `*` stands for all that begin so. */
export const has = (keys: ReadonlyArray<string>, key: string): boolean =>
  keys.some((one) => (one.endsWith("*") ? key.startsWith(one.slice(0, -1)) : one === key))
