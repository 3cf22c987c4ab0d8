// What an author tells the kit about a connector.
import type { TokenStore } from "@inlet/core"
import type { Cassette } from "./Cassette.ts"

/**
 * A status that the service answers with where there is nothing to read.
 *
 * @since 0.1.0
 */
export interface Meant {
  readonly status: number
  /** Of which stream; of all unless told. */
  readonly stream?: string
  /** Why it is no failure. */
  readonly because: string
}

/**
 * What an author tells the kit.
 *
 * @since 0.1.0
 */
export interface Options {
  /** A configuration that works with the cassette. Its secrets are made up. */
  readonly config: object
  /** The recorded answers: where the file is, or what is in it. */
  readonly cassette: URL | Cassette
  /** The source's configured name; `conformance` unless told. */
  readonly name?: string
  /** The connector's package; the folder of the nearest package.json above the cassette, or here, unless told. */
  readonly folder?: URL
  /** Where its contracts are written down; `schemas` in the package, if there is such a folder, unless told. */
  readonly contracts?: URL
  /** What somebody who signed in by OAuth2 has; tokens that do not end unless told. */
  readonly tokens?: TokenStore.Tokens
  /** Further configurations that must be refused, and the member that the refusal has to name. */
  readonly refused?: ReadonlyArray<{ readonly config: object; readonly member: string }>
  /** Streams that the cassette does not hold, and why. */
  readonly without?: Readonly<Record<string, string>>
  /** How many requests may be under way at a time; 1 unless told, as with `SourceHttp`. */
  readonly concurrency?: number
  /** Failure statuses that tell of nothing to read. */
  readonly meant?: ReadonlyArray<Meant>
}
