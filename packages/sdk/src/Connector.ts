// A connector as a runner finds it: data with a name, the form of its configuration, its streams, and a layer that makes
// a configured source of it. The runner needs to know nothing else, and may hold another copy of this package.

import type * as HttpClient from "@effect/platform/HttpClient"
import { type Budget, Source } from "@inlet/core"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as ParseResult from "effect/ParseResult"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"

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
 * A connector as its package exports it by default.
 *
 * @since 0.1.0
 */
export interface Connector {
  readonly [ConnectorKey]: { readonly apiVersion: 1 }
  /** The package's name. */
  readonly name: string
  /** The package's version. */
  readonly version: string
  readonly config: Schema.Schema.AnyNoContext
  /** Known without a configuration, for whatever only delivers or documents. */
  readonly streams: ReadonlyMap<string, Source.StreamSpec>
  /** The source `name`, configured by what stands in the user's file. */
  readonly layer: (options: {
    readonly name: string
    readonly config: unknown
  }) => Layer.Layer<Source.Source, ConfigError | Source.SourceError, HttpClient.HttpClient | Budget.Budget>
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
  /** By the streams' names. */
  readonly streams: { readonly [stream in S]: Source.StreamSpec }
  /** A reader for each stream, for as long as the source is in use. */
  readonly make: (
    config: C,
    name: string
  ) => Effect.Effect<
    { readonly [stream in S]: Reader },
    Source.SourceError,
    HttpClient.HttpClient | Budget.Budget | Scope.Scope
  >
}

/**
 * Makes a connector of its definition.
 *
 * @throws Error where a stream and its dataset's contract have different names.
 * @since 0.1.0
 */
export const define = <C, I, S extends string>(definition: Definition<C, I, S>): Connector => {
  const { make, name, version } = definition
  const streams = new Map<string, Source.StreamSpec>(Object.entries(definition.streams))
  for (const [stream, { contract }] of streams) {
    if (contract.stream !== stream)
      throw new Error(`${name}: the stream ${stream} has the dataset of ${contract.stream}`)
  }
  const decode = Schema.decodeUnknown(definition.config, { errors: "all", onExcessProperty: "error" })

  const source = Effect.fnUntraced(function* (options: Parameters<Connector["layer"]>[0]) {
    const config = yield* decode(options.config).pipe(
      Effect.mapError(({ issue }) => new ConfigError({ source: options.name, problems: problems(issue) }))
    )
    const readers = new Map<string, Reader>(Object.entries(yield* make(config, options.name)))
    return Source.Source.of({
      name: options.name,
      connector: `${name}@${version}`,
      streams,
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
    [ConnectorKey]: { apiVersion: 1 },
    name,
    version,
    config: definition.config,
    streams,
    layer: (options) => Layer.scoped(Source.Source, source(options))
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
  value[ConnectorKey].apiVersion === 1
