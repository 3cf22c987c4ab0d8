// A connector for a REST service: described streams, and the way to the service that they share.
import type { Source } from "@inlet/core"
import * as Effect from "effect/Effect"
import * as Record from "effect/Record"
import type * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as Auth from "./Auth.ts"
import * as Connector from "./Connector.ts"
import * as OAuth from "./oauth/OAuth.ts"
import type { Provider } from "./oauth/Provider.ts"
import type * as RestStream from "./RestStream.ts"
import type { Service } from "./Service.ts"
import * as SourceHttp from "./SourceHttp.ts"
import * as Walk from "./Walk.ts"

export type { Partition, Partitions, Service } from "./Service.ts"

/**
 * A service without a way of its own: how it wants to be asked, and what its lists have in common.
 *
 * @since 0.1.0
 */
export interface Described extends Omit<SourceHttp.Options, "credential">, Omit<Service, "http"> {
  /** How requests sign in: by the tokens of `oauth` where that is told, else not at all. */
  readonly auth?: Auth.Auth
  /** Whose rate limits they are: the source's at its host unless told. Stored, so never made of a secret. */
  readonly credential?: string
}

/**
 * A request that shows whether the service lets a source in.
 *
 * @since 0.1.0
 */
export interface Probe {
  /** For what is there for whoever signs in, such as the account itself. */
  readonly ask: SourceHttp.Ask
  /** What the answer says that the source may not do: one plain sentence each, without a secret or a personal value. */
  readonly lacking?: (answer: SourceHttp.Answer) => ReadonlyArray<string>
}

/**
 * What an author writes.
 *
 * @since 0.1.0
 */
export interface Definition<C, I, S extends string> {
  /** The package's name. */
  readonly name: string
  /** The package's version. */
  readonly version: string
  readonly config: Schema.Schema<C, I>
  /** The hosts that it may ask, such as `api.example.com` or `*.example.com`. Those that a configuration names come to them. */
  readonly hosts: ReadonlyArray<string>
  /** By the names of their datasets. */
  readonly streams: { readonly [stream in S]: RestStream.RestStream }
  /**
   * The service that is configured for the source `name`: described or, where that takes work, made by an effect, for as long as
   * the source is in use.
   */
  readonly service: (
    config: C,
    name: string
  ) => Described | Effect.Effect<Service, Source.SourceError, Connector.Services | Scope.Scope>
  /** What the service's terms ask for. */
  readonly retention?: Connector.Retention
  /** Where it signs in by OAuth2, as `OAuth.auth` has it too; null where it is configured to sign in otherwise. */
  readonly oauth?: (config: C) => Provider | null
  /** What `inlet doctor` asks. Where it is left out, the first page of a stream is read and thrown away. */
  readonly probe?: (config: C) => Probe
}

/**
 * Makes a connector of described streams.
 *
 * @throws Error where a stream and its dataset have different names.
 * @since 0.1.0
 */
export const connector = <C, I, S extends string>(definition: Definition<C, I, S>): Connector.Connector => {
  const { config, hosts, name, oauth, probe, retention, service, streams, version } = definition
  const described: Readonly<Record<S, RestStream.RestStream>> = streams
  const serviceOf = (settings: C, source: string) => {
    const found = service(settings, source)
    return Effect.isEffect(found) ? found : open(found, source, oauth?.(settings) ?? null)
  }
  return Connector.define<C, I, S>({
    name,
    version,
    config,
    hosts,
    streams: Record.map(described, ({ spec }) => spec),
    ...(oauth && { oauth }),
    ...(retention && { retention }),
    ...(probe && {
      probe: (settings: C, source: string) => {
        const { ask, lacking = () => [] } = probe(settings)
        return Effect.flatMap(serviceOf(settings, source), ({ http }) => Effect.map(http.get(ask), lacking))
      }
    }),
    make: (settings, source) =>
      Effect.map(serviceOf(settings, source), (service) =>
        Record.map(described, (stream) => Walk.reader(stream, service))
      )
  })
}

/** Opens the way to a described service. */
const open = Effect.fnUntraced(function* (described: Described, source: string, provider: Provider | null) {
  const auth = described.auth ?? (provider === null ? Auth.none : yield* OAuth.auth(provider, source))
  const http = yield* SourceHttp.make({ credential: `${source} ${described.baseUrl.host}`, ...described, auth })
  const service: Service = { ...described, http }
  return service
})
