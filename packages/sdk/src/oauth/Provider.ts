// An OAuth2 provider as data. Where providers differ is told here, so that no connector needs code of its own to sign in.
import type * as Redacted from "effect/Redacted"
import type * as Policy from "../Policy.ts"

/**
 * How a client says who it is: in the body (`client_secret_post`), by HTTP Basic, or by its id alone. `post` unless told, `none`
 * without a secret.
 *
 * @since 0.1.0
 */
export type ClientAuth = "post" | "basic" | "none"

/**
 * How to sign in to a service by OAuth2 (RFC 6749), and what makes it differ from others.
 *
 * @since 0.1.0
 */
export interface Provider {
  /** The service's name in messages, for example `Strava`. */
  readonly service: string
  readonly clientId: string
  /** Null for a public client. */
  readonly clientSecret: Redacted.Redacted | null
  readonly clientAuth?: ClientAuth
  /** What a person opens to agree. Left out where only machines sign in. */
  readonly authorizeUrl?: URL
  /** What answers name as their `iss` (RFC 9207), where they do; the origin of `authorizeUrl` unless told. */
  readonly issuer?: string
  readonly tokenUrl: URL
  /** RFC 7009. */
  readonly revokeUrl?: URL
  /** How the client says there who it is, where that is another way than `clientAuth`. */
  readonly revokeAuth?: ClientAuth
  /** RFC 8628: where a machine without a browser asks for a code. */
  readonly deviceUrl?: URL
  /** `client_credentials` where no person signs in at all; `authorization_code` unless told. */
  readonly grant?: "authorization_code" | "client_credentials"
  /** What is wanted. Some of it may not be granted; `needed` says without which nothing works. */
  readonly scopes: ReadonlyArray<string>
  readonly needed?: ReadonlyArray<string>
  /** What stands between scopes in a request; a space unless told. Answers are read with spaces and with commas. */
  readonly scopeSeparator?: " " | ","
  /** Whether it takes PKCE with S256 (RFC 7636); true unless told. */
  readonly pkce?: boolean
  /** More members of the authorization request. */
  readonly authorizeParams?: { readonly [name: string]: string }
  /** Whether a token request that failed says that the tokens are dead, where RFC 6749's `error` does not tell. */
  readonly isDead?: (reply: Policy.Reply) => boolean
}
