// A connector as a runner finds it: data with a name, the form of its configuration, its streams, and a layer that makes
// a configured source of it. The runner needs to know nothing else, and may hold another copy of this package.

import type * as HttpClient from "@effect/platform/HttpClient"
import { type Budget, type Connections, Mapping, Source } from "@inlet/core"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as ParseResult from "effect/ParseResult"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as Manifest from "./Manifest.ts"
import type { Provider } from "./oauth/Provider.ts"

/** Text instead of a class, since two copies of this module must recognise each other's connectors. */
const ConnectorKey = "~@inlet/sdk/Connector"

/**
 * The connector cannot work with what is configured.
 *
 * @since 0.1.0
 */
export class ConfigError extends Schema.TaggedError<ConfigError>("@inlet/sdk/ConfigError")("ConfigError", {
  /** The source's configured name. */
  source: Schema.String,
  /** What is wrong at which member, such as `repositories[0]`; never the value. */
  problems: Schema.Array(Schema.Struct({ path: Schema.String, problem: Schema.String }))
}) {
  override get message() {
    return `the configuration of ${this.source}: ${this.problems.map(({ path, problem }) => `${path} ${problem}`).join("; ")}`
  }
}

/**
 * What a source finds around it.
 *
 * @since 0.1.0
 */
export type Services = HttpClient.HttpClient | Budget.Budget | Connections.Connections

/**
 * How long things are kept at most, whatever the user would like.
 *
 * @since 0.1.0
 */
export interface Retention {
  /** Answers as they were received. */
  readonly raw: Duration.DurationInput
}

/**
 * A source as it is configured: its name, and what stands in the user's file.
 *
 * @since 0.1.0
 */
export interface Configured {
  readonly name: string
  readonly config: unknown
}

/**
 * A connector as its package exports it by default.
 *
 * @since 0.1.0
 */
export interface Connector {
  readonly [ConnectorKey]: { readonly apiVersion: typeof Manifest.API_VERSION }
  /** The package's name. */
  readonly name: string
  /** The package's version. */
  readonly version: string
  readonly config: Schema.Schema.AnyNoContext
  /** The hosts that it may ask, as in its manifest: see `Manifest.Host`. Those that a configuration names come to them. */
  readonly hosts: ReadonlyArray<string>
  /** Known without a configuration, for whatever only delivers or documents. */
  readonly streams: ReadonlyMap<string, Source.StreamSpec>
  readonly layer: (source: Configured) => Layer.Layer<Source.Source, ConfigError | Source.SourceError, Services>
  /** How long the service's terms let raw answers be kept; undefined where they do not tell. */
  readonly retention: Retention | undefined
  /** Where its requests sign in by OAuth2: null for a source that is configured to sign in otherwise. */
  readonly oauth: (source: Configured) => Effect.Effect<Provider | null, ConfigError>
  /** What the source may not do at the service, as `Definition.probe` finds it; undefined where it has none. */
  readonly probe:
    | ((source: Configured) => Effect.Effect<ReadonlyArray<string>, ConfigError | Source.SourceError, Services>)
    | undefined
}

/**
 * How a stream is read: see `Source.read`.
 *
 * @since 0.1.0
 */
export type Reader = (options: Source.ReadOptions) => Stream.Stream<Source.Page, Source.SourceError>

/**
 * What an author writes.
 *
 * @since 0.1.0
 */
export interface Definition<C, I, S extends string> {
  readonly name: string
  readonly version: string
  readonly config: Schema.Schema<C, I>
  /** The hosts that it may ask, such as `api.example.com` or `*.example.com`. Those that a configuration names come to them. */
  readonly hosts: ReadonlyArray<string>
  /** By the streams' names. */
  readonly streams: { readonly [stream in S]: Source.StreamSpec }
  /** A reader for each stream, for as long as the source is in use. */
  readonly make: (
    config: C,
    name: string
  ) => Effect.Effect<{ readonly [stream in S]: Reader }, Source.SourceError, Services | Scope.Scope>
  /** What the service's terms ask for. */
  readonly retention?: Retention
  /** Where it signs in by OAuth2, as `OAuth.auth` has it too; null where it is configured to sign in otherwise. */
  readonly oauth?: (config: C) => Provider | null
  /**
   * Looks whether the service lets the source in, by a request or two, for `inlet doctor`: what it may not do there, one plain
   * sentence each, without a secret or a personal value. Where it is left out, the first page of a stream is read and thrown away.
   */
  readonly probe?: (
    config: C,
    name: string
  ) => Effect.Effect<ReadonlyArray<string>, Source.SourceError, Services | Scope.Scope>
}

/**
 * Makes a connector of its definition.
 *
 * @throws Error where a stream and its dataset's contract have different names.
 * @since 0.1.0
 */
export const define = <C, I, S extends string>(definition: Definition<C, I, S>): Connector => {
  const { hosts, make, name, oauth = () => null, probe, version } = definition
  const streams = new Map<string, Source.StreamSpec>(Object.entries(definition.streams))
  for (const [stream, { contract }] of streams) {
    if (contract.stream !== stream)
      throw new Error(`${name}: the stream ${stream} has the dataset of ${contract.stream}`)
  }
  const decodeConfig = Schema.decodeUnknown(definition.config, { errors: "all", onExcessProperty: "error" })
  const decode = ({ config, name }: Configured) =>
    Effect.mapError(decodeConfig(config), ({ issue }) => new ConfigError({ source: name, problems: problems(issue) }))

  const source = Effect.fnUntraced(function* (options: Configured) {
    const config = yield* decode(options)
    const readers = new Map<string, Reader>(Object.entries(yield* make(config, options.name)))
    return Source.Source.of({
      name: options.name,
      connector: `${name}@${version}`,
      streams: new Map([...streams].map(([stream, spec]) => [stream, Mapping.local(spec)])),
      read: (stream, readOptions) =>
        readers.get(stream)?.(readOptions) ??
        Stream.fail(
          new Source.SourceError({
            reason: "Misbehaved",
            detail: `${name} has no stream ${stream}`,
            status: null,
            retryAt: null
          })
        )
    })
  })

  return {
    [ConnectorKey]: { apiVersion: Manifest.API_VERSION },
    name,
    version,
    config: definition.config,
    hosts,
    streams,
    retention: definition.retention,
    layer: (options) => Layer.scoped(Source.Source, source(options)),
    oauth: (options) => Effect.map(decode(options), oauth),
    probe:
      probe && ((options) => Effect.scoped(Effect.flatMap(decode(options), (config) => probe(config, options.name))))
  }
}

const problems = (issue: ParseResult.ParseIssue) =>
  ParseResult.ArrayFormatter.formatIssueSync(issue).map(({ message, path }) => ({
    path: path
      .map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`))
      .join("")
      .replace(/^\./, ""),
    // Schema tells the value, which may be a secret.
    problem: message.replace(/, actual .*$/s, "")
  }))

/**
 * The connector that a package exports by default, if it does and was made for this API.
 *
 * @since 0.1.0
 */
export const fromModule = (module: unknown): Option.Option<Connector> =>
  Predicate.hasProperty(module, "default") && isConnector(module.default) ? Option.some(module.default) : Option.none()

const isConnector = (value: unknown): value is Connector =>
  Predicate.hasProperty(value, ConnectorKey) &&
  Predicate.hasProperty(value[ConnectorKey], "apiVersion") &&
  value[ConnectorKey].apiVersion === Manifest.API_VERSION
