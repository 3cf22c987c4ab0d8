// A connector for a REST service: described streams, and the way to the service that they share.
import type { Source } from "@inlet/core"
import * as Effect from "effect/Effect"
import * as Record from "effect/Record"
import type * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as Connector from "./Connector.ts"
import type { Provider } from "./oauth/Provider.ts"
import type * as RestStream from "./RestStream.ts"
import type { Service } from "./Service.ts"
import * as Walk from "./Walk.ts"

export type { Partition, Partitions, Service } from "./Service.ts"

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
  /** By the names of their datasets. */
  readonly streams: { readonly [stream in S]: RestStream.RestStream }
  /** The service that is configured for the source `name`, for as long as the source is in use. */
  readonly service: (
    config: C,
    name: string
  ) => Effect.Effect<Service, Source.SourceError, Connector.Services | Scope.Scope>
  /** What the service's terms ask for. */
  readonly retention?: Connector.Retention
  /** Where it signs in by OAuth2, as `OAuth.auth` has it too; null where it is configured to sign in otherwise. */
  readonly oauth?: (config: C) => Provider | null
}

/**
 * Makes a connector of described streams.
 *
 * @throws Error where a stream and its dataset have different names.
 * @since 0.1.0
 */
export const connector = <C, I, S extends string>(definition: Definition<C, I, S>): Connector.Connector => {
  const { config, name, oauth, retention, service, streams, version } = definition
  const described: Readonly<Record<S, RestStream.RestStream>> = streams
  return Connector.define<C, I, S>({
    name,
    version,
    config,
    streams: Record.map(described, ({ spec }) => spec),
    ...(oauth && { oauth }),
    ...(retention && { retention }),
    make: (settings, source) =>
      Effect.map(service(settings, source), (service) =>
        Record.map(described, (stream) => Walk.reader(stream, service))
      )
  })
}
