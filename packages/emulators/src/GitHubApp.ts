// A GitHub App as the service sees it: it signs in with a JWT of its own and is given tokens of its installation, which
// expire.
import * as Crypto from "node:crypto"
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import * as GitHubError from "./GitHubError.ts"
import { json, type Reply } from "./Message.ts"

export interface Options {
  readonly id: string
  /** PEM; its private half signs the JWTs, RS256. */
  readonly publicKey: string
  /** Id of the one installation. */
  readonly installation: string
  /** Life of a token in seconds. Default 3600. */
  readonly tokenSeconds?: number | undefined
}

export interface GitHubApp {
  /** What is wrong with a JWT; undefined: nothing. */
  readonly refusal: (jwt: string) => string | undefined
  /** Answers the request for a token of an installation. */
  readonly issue: (installation: string) => Reply
  /** Whether a token was issued here and has not expired. */
  readonly holds: (token: string) => boolean
  readonly clear: () => void
}

const permissions = {
  actions: "read",
  administration: "read",
  contents: "read",
  deployments: "read",
  issues: "read",
  metadata: "read",
  pull_requests: "read"
} as const

/** Clocks differ: so many seconds are forgiven. */
const allowance = 60
const longest = 600

const Header = Schema.parseJson(Schema.Struct({ alg: Schema.Literal("RS256") }))
const Claims = Schema.parseJson(
  Schema.Struct({ iss: Schema.Union(Schema.String, Schema.Number), iat: Schema.Int, exp: Schema.Int })
)
const decodeHeader = Schema.decodeUnknownEither(Header)
const decodeClaims = Schema.decodeUnknownEither(Claims)

const undecodable = "A JSON web token could not be decoded"

/** Right for an RSA public key only. */
export const readKey = (pem: string): Either.Either<Crypto.KeyObject, string> =>
  Either.try({ try: () => Crypto.createPublicKey(pem), catch: () => "the app's publicKey is not PEM" }).pipe(
    Either.filterOrLeft(
      (key) => key.asymmetricKeyType === "rsa",
      () => "the app's publicKey is not RSA"
    )
  )

/** `now` is the service's clock in milliseconds. */
export const make = (options: Options, key: Crypto.KeyObject, now: () => number): GitHubApp => {
  const expiries = new Map<string, number>()
  let issued = 0
  const seconds = () => Math.floor(now() / 1000)

  return {
    refusal: (jwt) => {
      const [header = "", claims = "", signature = "", ...more] = jwt.split(".")
      const text = (part: string) => Buffer.from(part, "base64url").toString()
      const read = decodeClaims(text(claims))
      if (more.length > 0 || Either.isLeft(decodeHeader(text(header))) || Either.isLeft(read)) return undecodable
      const signed = Buffer.from(`${header}.${claims}`)
      if (!Crypto.verify("RSA-SHA256", signed, key, Buffer.from(signature, "base64url"))) return undecodable
      const { exp, iat, iss } = read.right
      if (String(iss) !== options.id) return undecodable
      if (iat > seconds() + allowance)
        return "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued"
      if (exp <= seconds())
        return "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires"
      if (exp > seconds() + longest + allowance) return "'Expiration time' claim ('exp') is too far in the future"
      return undefined
    },
    issue: (installation) => {
      if (installation !== options.installation) return GitHubError.notFound
      const token = `ghs_${Crypto.createHash("sha256").update(`${options.id} ${++issued}`).digest("hex").slice(0, 36)}`
      const expiry = seconds() + (options.tokenSeconds ?? 3600)
      expiries.set(token, expiry)
      return json(201, {
        token,
        expires_at: `${new Date(expiry * 1000).toISOString().slice(0, 19)}Z`,
        permissions,
        repository_selection: "all"
      })
    },
    holds: (token) => (expiries.get(token) ?? 0) > seconds(),
    clear: () => expiries.clear()
  }
}
