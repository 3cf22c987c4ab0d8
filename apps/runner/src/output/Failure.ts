// Every error of the system as people and programs see it: what happened, what is kept, what to do next, a stable code, a
// reference. A new tagged error does not compile until it has its entry here.
import {
  type Archive,
  type EventStore,
  type Leases,
  RunError,
  type Sink,
  type Source,
  type TokenStore
} from "@inlet/core"
import type { Loopback } from "@inlet/emulators"
import type { Connector } from "@inlet/sdk"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import { hide } from "../telemetry/Secrets.ts"
import type { Surface } from "./Output.ts"
import * as Time from "./Time.ts"

/** The command line asks for something that does not exist or does not fit together. */
export class UsageError extends Schema.TaggedError<UsageError>("@inlet/runner/UsageError")("UsageError", {
  detail: Schema.String,
  fix: Schema.String
}) {
  override get message() {
    return this.detail
  }
}

/** The configuration is missing or wrong. `detail` names file, line and path of everything that is. */
export class ConfigurationError extends Schema.TaggedError<ConfigurationError>("@inlet/runner/ConfigurationError")(
  "ConfigurationError",
  { detail: Schema.String, fix: Schema.String }
) {
  override get message() {
    return this.detail
  }
}

/** A second sync of an unchanged source did something. */
export class DemoError extends Schema.TaggedError<DemoError>("@inlet/runner/DemoError")("DemoError", {
  detail: Schema.String
}) {
  override get message() {
    return this.detail
  }
}

/** A file that a command was asked to write or read. */
export class FileError extends Schema.TaggedError<FileError>("@inlet/runner/FileError")("FileError", {
  detail: Schema.String,
  fix: Schema.String
}) {
  override get message() {
    return this.detail
  }
}

/** Contracts that do not fit what was released, what is written down of them, or what a source was seen to send. */
export class SchemaError extends Schema.TaggedError<SchemaError>("@inlet/runner/SchemaError")("SchemaError", {
  detail: Schema.String,
  fix: Schema.String
}) {
  override get message() {
    return this.detail
  }
}

/** A connector's package breaks laws of the conformance kit, or the kit could not be run on it. */
export class ConformanceError extends Schema.TaggedError<ConformanceError>("@inlet/runner/ConformanceError")(
  "ConformanceError",
  { detail: Schema.String, fix: Schema.String }
) {
  override get message() {
    return this.detail
  }
}

/** A sign-in to a source came to nothing. */
export class LoginError extends Schema.TaggedError<LoginError>("@inlet/runner/LoginError")("LoginError", {
  detail: Schema.String,
  /** Whether the same may work at another time. */
  passes: Schema.Boolean,
  fix: Schema.String
}) {
  override get message() {
    return this.detail
  }
}

/** A trace did not get to the collector, or not all of it. */
export class CollectorError extends Schema.TaggedError<CollectorError>("@inlet/runner/CollectorError")(
  "CollectorError",
  {
    detail: Schema.String,
    /** Whether the same may work at another time. */
    passes: Schema.Boolean,
    kept: Schema.String
  }
) {
  override get message() {
    return this.detail
  }
}

export type Expected =
  | RunError.RunError
  | Archive.ImportError
  | TokenStore.TokenError
  | LoginError
  | CollectorError
  | Connector.ConfigError
  | Loopback.EmulatorError
  | UsageError
  | ConfigurationError
  | FileError
  | SchemaError
  | ConformanceError
  | DemoError

/** The public form; a contract of `--json`. */
export interface Failure {
  readonly code: string
  readonly message: string
  readonly kept: string
  readonly fix: string
  /** Id of the run, or of the trace where there is no run. */
  readonly reference: string | null
}

/** What surrounds an error. */
export interface Context {
  readonly reference: string | null
  /** The source whose run it ended; absent where nothing is recorded, as in a dry run. */
  readonly source?: string
  /** Whether somebody signs in to that source, instead of putting a credential into its configuration. */
  readonly login?: boolean
  /** Records that wait in the outbox. */
  readonly pending?: number
}

interface Told extends RunError.Verdict {
  readonly kept: string
  readonly fix: string
}

const nothingChanged = "Nothing was changed."

/** What is kept of what was read. */
export const outbox = ({ pending = 0, source }: Context): string =>
  source === undefined
    ? nothingChanged
    : pending > 0
      ? `Everything read so far is recorded; ${pending} ${pending === 1 ? "record waits" : "records wait"} in the outbox.`
      : "Everything read so far is recorded."

const sync = ({ source }: Context): string => `inlet sync${source === undefined ? "" : ` ${source}`}`
const send = ({ source }: Context): string => `inlet send${source === undefined ? "" : ` ${source}`}`

const MEND =
  "Look for an update of the connector, or report it to the connector's author, with the reference below; then run it again."

/** When to come back, where the source said so. */
const later = ({ retryAt }: Source.SourceError): string =>
  retryAt === null ? "when the source's limit has passed" : `from ${Time.stamp(new Date(retryAt).toISOString())} UTC on`

const SOURCE: Readonly<Record<Source.SourceError["reason"], (context: Context, error: Source.SourceError) => string>> =
  {
    Unauthorized: (context) =>
      context.login === true && context.source !== undefined
        ? `Sign in again: inlet login ${context.source}; then run: ${sync(context)}`
        : `Put a valid credential into the environment or .env, then run: ${sync(context)}`,
    Forbidden: (context) =>
      `Give the credential the right to read this, or take it out of inlet.yaml; ${sync(context)}`,
    NotFound: (context) => `Check the names in inlet.yaml, and that the credential may see them; ${sync(context)}`,
    Rejected: () => "The source refuses the request as such: look for an update of the connector, or report it.",
    Redirected: () => "Check the source's address and names in inlet.yaml: it answers from another place now.",
    Malformed: () => "Check the source's address in inlet.yaml: something else may be answering there.",
    RateLimited: (context, error) => `Run it again ${later(error)}; it goes on where it stopped: ${sync(context)}`,
    Unavailable: (context) => `Run it again: ${sync(context)}`,
    Misbehaved: () => MEND
  }

const STORE: Readonly<Record<EventStore.StoreError["reason"], string>> = {
  Open: "Check the path and its permissions, or give another one with --store.",
  Newer: "Update Inlet: this store was written by a newer version.",
  Locked: "Wait for the other program that uses the store, then run it again.",
  Full: "Make room on the disk, then run it again.",
  ReadOnly: "Make the store and its folder writable, or give another one with --store.",
  Damaged: "Do not write to it again. See what is affected and what to do: inlet verify",
  Missing: "Check the path (--store); inlet sync makes and fills a store.",
  Failed: "Run it again; if it stays, check the disk, then report it with the reference below."
}

const LOOKING: ReadonlySet<string> = new Set(["open", "verify", "export", "backup", "import"])

const keptOf = ({ operation, reason }: EventStore.StoreError): string => {
  if (LOOKING.has(operation)) return nothingChanged
  return reason === "Damaged" ? "What is not damaged stays as it is." : "Everything that was recorded before stays."
}

const IMPORT: Readonly<Record<Archive.ImportError["reason"], string>> = {
  Damaged: "Copy the export again from where it was written, or export again: inlet export",
  Foreign: "Check the path; an export of a newer version needs that version.",
  Partial: "Export without --source, and import that.",
  Occupied: "Import into a new store: give another place with --store, or move this one and the files beside it away."
}

const sinkFix = (code: string, context: Context): string => {
  switch (code) {
    case "E_SINK_RATE_LIMITED":
    case "E_SINK_UNAVAILABLE":
      return `Run it again: ${send(context)}`
    case "E_SINK_ACCOUNT":
      return "Choose the account in inlet.yaml: databox.account."
    case "E_SINK_AUTH":
      return `Put a valid Databox API key into the environment, or check the plan, then run: ${send(context)}`
    case "E_SINK_DATASET":
      return `Look at the dataset in Databox, then run: ${send(context)}`
    default:
      return "Look at the rows in question: inlet sends --outcome failed"
  }
}

const REPLAY: Readonly<Record<RunError.ReplayError["reason"], string>> = {
  NothingThere: "Look what is recorded: inlet runs; then give another --run, --from or --to.",
  MappingChanged: "Map anew with --mapping current, into the same dataset or another one (--into).",
  DigestDiffers: "Map anew with --mapping current, and report it to the connector's author: a mapping has to be pure.",
  RawGone: "Leave them out with --from, or read them from the source again: inlet sync --full",
  PartialPurge: "Leave out --run, --from and --to, or --purge."
}

const held = (context: Context): Pick<Told, "kept" | "fix"> => ({
  kept: "The other runner goes on with its work.",
  fix: `Wait until it is done, then run: ${sync(context)}`
})

const TOKENS: Readonly<Record<TokenStore.TokenError["reason"], readonly [code: string, fix: string]>> = {
  NoKey: ["E_KEY_MISSING", "Put the key there, or another one into INLET_KEY: openssl rand -base64 32 makes one."],
  WrongKey: ["E_KEY_WRONG", "Put the key there that was used before, or sign in again: inlet login SOURCE"],
  KeyExposed: ["E_KEY_EXPOSED", "Do what it says, and consider another key: inlet key rotate"],
  Damaged: ["E_TOKENS_DAMAGED", "Look at the store (inlet verify), then sign in again: inlet login SOURCE"]
}

type Table = {
  readonly [Tag in Expected["_tag"]]: (error: Extract<Expected, { readonly _tag: Tag }>, context: Context) => Told
}

const TABLE: Table = {
  SourceError: (error: Source.SourceError, context) => ({
    ...RunError.verdict(error),
    kept: outbox(context),
    fix: SOURCE[error.reason](context, error)
  }),
  SinkError: (error: Sink.SinkError, context) => {
    const verdict = RunError.verdict(error)
    return { ...verdict, kept: outbox(context), fix: sinkFix(verdict.code, context) }
  },
  StoreError: (error: EventStore.StoreError) => ({
    ...RunError.verdict(error),
    kept: keptOf(error),
    fix: error.operation === "verify" ? "Do what each finding says, the first one first." : STORE[error.reason]
  }),
  ImportError: ({ reason }) => ({
    code: reason === "Damaged" ? "E_IMPORT_DAMAGED" : "E_IMPORT",
    exit: reason === "Damaged" ? 40 : 2,
    kept: "The store is as it was; nothing was imported.",
    fix: IMPORT[reason]
  }),
  TokenError: ({ reason }) => {
    const [code, fix] = TOKENS[reason]
    return { code, exit: 10, kept: "The tokens stay as they are.", fix }
  },
  LoginError: ({ fix, passes }) => ({
    code: passes ? "E_SOURCE_UNAVAILABLE" : "E_LOGIN",
    exit: passes ? 20 : 10,
    kept: "Whoever was signed in before still is.",
    fix
  }),
  VersionConflict: (error: EventStore.VersionConflict, context) => ({ ...RunError.verdict(error), ...held(context) }),
  LeaseHeld: (error: Leases.LeaseHeld, context) => ({ ...RunError.verdict(error), ...held(context) }),
  CollectorError: ({ kept, passes }) => ({
    code: passes ? "E_COLLECTOR_UNAVAILABLE" : "E_COLLECTOR_REFUSED",
    exit: passes ? 21 : 31,
    kept,
    fix: passes
      ? "See that it runs and that its address is right (OTEL_EXPORTER_OTLP_ENDPOINT, or telemetry.otlp in inlet.yaml), then run it again."
      : "Check its address and credentials (OTEL_EXPORTER_OTLP_ENDPOINT and _HEADERS, or telemetry.otlp in inlet.yaml), and what it takes."
  }),
  ReplayError: (error: RunError.ReplayError) => ({
    ...RunError.verdict(error),
    kept: "Nothing was sent, nothing was recorded.",
    fix: REPLAY[error.reason]
  }),
  ConnectorError: (error: RunError.ConnectorError, context) => ({
    ...RunError.verdict(error),
    kept: outbox(context),
    fix: MEND
  }),
  ConfigError: () => ({ code: "E_CONFIG", exit: 2, kept: nothingChanged, fix: "Mend inlet.yaml, then run it again." }),
  UsageError: ({ fix }) => ({ code: "E_USAGE", exit: 2, kept: nothingChanged, fix }),
  ConfigurationError: ({ fix }) => ({ code: "E_CONFIG", exit: 2, kept: nothingChanged, fix }),
  FileError: ({ fix }) => ({ code: "E_FILE", exit: 2, kept: nothingChanged, fix }),
  SchemaError: ({ fix }) => ({ code: "E_SCHEMA", exit: 2, kept: nothingChanged, fix }),
  ConformanceError: ({ fix }) => ({ code: "E_CONFORMANCE", exit: 50, kept: nothingChanged, fix }),
  EmulatorError: ({ reason }) => ({
    code: "E_EMULATOR",
    exit: 2,
    kept: nothingChanged,
    fix: reason === "PortTaken" ? "Give another port with --port, or leave it out for a free one." : "Check --port."
  }),
  DemoError: () => ({
    code: "E_BUG",
    exit: 1,
    kept: "The demo used a temporary store; nothing else was touched.",
    fix: "This is a bug of ours: please report it with the reference below."
  })
}

const tell = <Tag extends Expected["_tag"]>(
  tag: Tag,
  error: Extract<Expected, { readonly _tag: Tag }>,
  context: Context
): Told => TABLE[tag](error, context)

/** The error as it is shown, and the exit code it asks for. What somebody typed where it is no use may be a secret. */
export const describe = (error: Expected, context: Context): { readonly failure: Failure; readonly exit: number } => {
  const { code, exit, fix, kept } = tell(error._tag, error, context)
  return { failure: { code, message: hide(error.message), kept, fix: hide(fix), reference: context.reference }, exit }
}

const isExpected = (error: unknown): error is Expected =>
  Predicate.hasProperty(error, "_tag") && Predicate.isString(error._tag) && Object.hasOwn(TABLE, error._tag)

/** The stable code of what something failed with, where it is one of ours. */
export const codeOf = (error: unknown): string | undefined =>
  isExpected(error) ? describe(error, { reference: null }).failure.code : undefined

/** What nobody expected: our own mistake. The stack belongs into a debug log only. */
export const bug = (defect: unknown, reference: string | null): Failure => ({
  code: "E_BUG",
  message: hide(`A bug of ours: ${defect instanceof Error ? defect.message : String(defect)}`),
  kept: "Everything that was recorded before stays.",
  fix: "Please report it with the reference below; --log-level debug shows more.",
  reference
})

/** For people: a few short lines. */
export const render = ({ code, fix, kept, message, reference }: Failure, { paint }: Pick<Surface, "paint">): string =>
  [
    `${paint("red", "error:")} ${message.replaceAll("\n", "\n  ")}`,
    `  kept: ${kept}`,
    `  next: ${fix}`,
    `  ${code}${reference === null ? "" : `, ${reference}`}`
  ].join("\n")
