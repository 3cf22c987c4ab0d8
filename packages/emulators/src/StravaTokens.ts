// Who has been let in: codes of ten minutes that are good once, access tokens that expire, and the refresh tokens that
// replace each other. All of it lives by the emulator's clock.
import * as Crypto from "node:crypto"
import type { Behaviour } from "./StravaBehaviour.ts"
import type { Scope } from "./StravaScope.ts"

/** What an athlete agreed to. */
export interface Grant {
  readonly athlete: number
  readonly scopes: ReadonlyArray<Scope>
}

export interface Pair {
  readonly grant: Grant
  readonly accessToken: string
  /** Epoch seconds. */
  readonly expiresAt: number
  readonly refreshToken: string
}

export interface Tokens {
  readonly code: (grant: Grant) => string
  /** Undefined for a code that is unknown, used or too old. */
  readonly redeem: (code: string) => Pair | undefined
  readonly issue: (grant: Grant) => Pair
  /** Undefined for a refresh token that is unknown, revoked or replaced. */
  readonly refresh: (refreshToken: string) => Pair | undefined
  /** Whose access token it is; undefined for one that is unknown, revoked or expired. */
  readonly holder: (accessToken: string) => Grant | undefined
  /** Either token ends all tokens of its sign-in. */
  readonly revoke: (token: string) => void
  /** Ends everything an athlete agreed to. False: there was nothing. */
  readonly forget: (athlete: number) => boolean
  /** What each athlete agreed to who has not gone back on it. */
  readonly grants: () => ReadonlyArray<Grant>
  readonly clear: () => void
}

const codeSeconds = 600
/** With more than that left of the access token, Strava gives the same tokens again. */
const nearSeconds = 3600

/** `now` in epoch seconds. */
export const make = (now: () => number, behaviour: () => Behaviour): Tokens => {
  const codes = new Map<string, { readonly grant: Grant; readonly until: number }>()
  /** Access tokens. A refresh leaves the ones before alone until they expire. */
  const accesses = new Map<string, Pair>()
  /** The newest pair of each sign-in, by its refresh token. */
  const current = new Map<string, Pair>()
  // Made at random: no token of one emulator, or of before a reset, is good in another.
  const secret = () => Crypto.randomBytes(20).toString("hex")

  const issue = (grant: Grant): Pair => {
    const expiresAt = now() + behaviour().tokenSeconds
    const pair = { grant, accessToken: secret(), expiresAt, refreshToken: secret() }
    accesses.set(pair.accessToken, pair)
    current.set(pair.refreshToken, pair)
    return pair
  }

  /** A grant is one object for all tokens of a sign-in. */
  const end = (fits: (grant: Grant) => boolean): boolean => {
    let ended = false
    for (const held of [accesses, current])
      for (const [token, { grant }] of held) if (fits(grant)) ended = held.delete(token) || ended
    return ended
  }

  return {
    code: ({ athlete, scopes }) => {
      const code = secret()
      codes.set(code, { grant: { athlete, scopes }, until: now() + codeSeconds })
      return code
    },
    redeem: (code) => {
      const kept = codes.get(code)
      codes.delete(code)
      return kept === undefined || kept.until <= now() ? undefined : issue(kept.grant)
    },
    issue: ({ athlete, scopes }) => issue({ athlete, scopes }),
    refresh: (refreshToken) => {
      const pair = current.get(refreshToken)
      if (pair === undefined) return undefined
      if (behaviour().rotate === "near-expiry" && pair.expiresAt - now() > nearSeconds) return pair
      current.delete(refreshToken)
      return issue(pair.grant)
    },
    holder: (accessToken) => {
      const pair = accesses.get(accessToken)
      return pair === undefined || pair.expiresAt <= now() ? undefined : pair.grant
    },
    revoke: (token) => {
      const grant = (accesses.get(token) ?? current.get(token))?.grant
      if (grant !== undefined) end((other) => other === grant)
    },
    forget: (athlete) => end((grant) => grant.athlete === athlete),
    grants: () => [...new Set(Array.from(current.values(), ({ grant }) => grant))],
    clear: () => {
      for (const held of [codes, accesses, current]) held.clear()
    }
  }
}
