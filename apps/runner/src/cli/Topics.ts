// What `inlet help` tells of beside commands.
import type { Row } from "./Help.ts"

export const TOPICS = ["exit-codes", "environment"] as const
export type Topic = (typeof TOPICS)[number]

const EXIT_CODES: ReadonlyArray<Row> = [
  ["0", "done, nothing pending"],
  ["1", "a bug of ours"],
  ["2", "wrong usage or configuration"],
  ["3", "done, but rows are in quarantine"],
  ["10", "sign in to the source again"],
  ["11", "Databox key or plan"],
  ["20", "the source is temporarily unavailable: run again"],
  ["21", "Databox is temporarily unavailable, or rows still wait: run again"],
  ["30", "the source refused for good, and somebody has to decide"],
  ["31", "Databox refused for good, and somebody has to decide"],
  ["40", "local storage"],
  ["41", "another runner holds the pipeline"],
  ["50", "a connector misbehaved"],
  ["130", "stopped by Ctrl-C (SIGINT), cleanly"],
  ["143", "stopped by SIGTERM, cleanly"]
]

const ENVIRONMENT: ReadonlyArray<Row> = [
  [
    "DATABOX_API_KEY",
    "what ${DATABOX_API_KEY} in inlet.yaml stands for; so it is with every name that is written there"
  ],
  ["INLET_CONFIG", "configuration, where --config is not given"],
  ["INLET_STORE", "store, where --store is not given"],
  ["INLET_KEY", "key that tokens in the store are encrypted with, in the place of a file"],
  ["INLET_NEW_KEY", "the key that inlet key rotate changes to"],
  ["INLET_LOG_LEVEL", "debug, info, warning, error or none, where --log-level is not given"],
  ["INLET_LOG_FORMAT", "text or json, where --log-format is not given"],
  ["INLET_TRACE_FILE", "folder of trace files, by default traces beside the store; off for none"],
  ["INLET_TRACE_PAGES", "pages of a run that have spans of their own; by default 200"],
  [
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    "collector of traces, before telemetry.otlp in inlet.yaml; the other OTEL_ variables count too"
  ],
  ["OTEL_METRICS_EXPORTER", "otlp for metrics; by default none"],
  ["OTEL_SDK_DISABLED", "true for no telemetry at all"],
  ["TRACEPARENT", "span that a command's trace belongs to"],
  ["NO_COLOR", "with any value: no colour"],
  ["COLUMNS", "width of tables that go to no terminal"]
]

export interface Content {
  readonly title: string
  readonly summary: string
  readonly rows: ReadonlyArray<Row>
  readonly close: string
}

export const CONTENTS: Readonly<Record<Topic, Content>> = {
  "exit-codes": {
    title: "Exit codes",
    summary: "what exit codes mean",
    rows: EXIT_CODES,
    close:
      "Where pipelines of one command end differently, the first of these counts: 40, 1, 50, 11, 10, 31, 30, 21, 20, 3."
  },
  environment: {
    title: "Environment",
    summary: "variables of the environment that count",
    rows: ENVIRONMENT,
    close: "An option counts before a variable, and a variable before inlet.yaml. One that is empty is not set."
  }
}

export const isTopic = (word: string): word is Topic => TOPICS.some((topic) => topic === word)

/** As data. */
export const document = (topic: Topic): object => ({
  topic,
  items: CONTENTS[topic].rows.map(([name, meaning]) => ({ name, meaning }))
})
