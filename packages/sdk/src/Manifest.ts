// What a connector's package says of itself in its package.json, for whoever has to know it before any of its code runs.
import * as Either from "effect/Either"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"

/**
 * The version of what connectors are written against. A connector of another one is refused before it is loaded.
 *
 * @since 0.1.0
 */
export const API_VERSION = 1 as const

/**
 * What a package has among its keywords, so that it is found in a registry.
 *
 * @since 0.1.0
 */
export const KEYWORD = "inlet-connector"

/**
 * How somebody signs in to the service: with nothing, a token, a key in a header, a name and a password, in the browser by
 * OAuth2, or in a way of the connector's own.
 *
 * @since 0.1.0
 */
export const Auth = Schema.Literal("none", "bearer", "header", "basic", "oauth2", "other")

/**
 * A host, or `*.` with a domain for all hosts below it; no port, which is free.
 *
 * @example "api.example.com", "*.example.com"
 * @since 0.1.0
 */
export const Host = Schema.String.pipe(
  Schema.pattern(/^(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*$/, {
    message: () => "must be a host in lower case such as api.example.com, or *.example.com"
  })
)

/**
 * The member `inlet` of a package.json.
 *
 * @since 0.1.0
 */
export const Inlet = Schema.Struct({
  /** `API_VERSION` of the sdk that it is made with. */
  api: Schema.Int,
  /** The file that exports the connector by default, as a path in the package. */
  connector: Schema.String.pipe(
    Schema.pattern(/^\.\/(?!.*(^|\/)\.\.(\/|$)).+/, {
      message: () => "must be a path in the package such as ./dist/index.js"
    })
  ),
  streams: Schema.NonEmptyArray(Schema.String),
  auth: Auth,
  /** None where nothing but this computer is asked, or what a configuration names. */
  hosts: Schema.Array(Host)
})

/**
 * What Inlet reads of a package.json; other members are not looked at.
 *
 * @since 0.1.0
 */
export const Manifest = Schema.Struct({
  name: Schema.NonEmptyString,
  version: Schema.NonEmptyString,
  description: Schema.optionalWith(Schema.String, { exact: true }),
  inlet: Inlet
})

/**
 * A connector's package as it says it is.
 *
 * @since 0.1.0
 */
export type Manifest = typeof Manifest.Type

const decodeManifest = Schema.decodeUnknownEither(Manifest, { errors: "all" })

/**
 * The manifest in a parsed package.json, or one sentence for each thing that is wrong with it.
 *
 * @since 0.1.0
 */
export const decode = (json: unknown): Either.Either<Manifest, ReadonlyArray<string>> =>
  Either.mapLeft(decodeManifest(json), (error) =>
    ParseResult.ArrayFormatter.formatErrorSync(error).map(({ message, path }) => `${path.join(".")}: ${message}`)
  )

/**
 * Whether a host is one of those that were declared.
 *
 * @since 0.1.0
 */
export const allows = (hosts: ReadonlyArray<string>, hostname: string): boolean =>
  hosts.some((host) => (host.startsWith("*.") ? hostname.endsWith(host.slice(1)) : hostname === host))
