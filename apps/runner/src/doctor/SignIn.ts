// What somebody signed in to a source with, as far as the store tells without asking anybody.
import { Connections, Source, type TokenStore } from "@inlet/core"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { ConfiguredSource } from "../configuration/Pipelines.ts"
import * as Time from "../output/Time.ts"
import { about, type Finding } from "./Finding.ts"

const unauthorized = (detail: string) =>
  new Source.SourceError({ reason: "Unauthorized", detail, status: null, retryAt: null })

/** What keeps a sign-in from being good; null where nothing does. */
const fault = ({ name, scopes }: ConfiguredSource, kept: TokenStore.Kept | null, now: number): Finding | null => {
  const say = about("source", name)
  const failed = (detail: string, fix = `inlet login ${name}`) => say.failed(unauthorized(detail), { login: true, fix })
  if (kept === null) return failed("nobody has signed in yet")
  if (kept.tokens === null) return failed(`the sign-in ended on ${Time.stamp(new Date(kept.at).toISOString())} UTC`)
  const { expiresAt, refresh, scopes: granted } = kept.tokens
  const lacking = scopes.needed.filter((scope) => !granted.includes(scope))
  if (lacking.length > 0) {
    return failed(`the sign-in does not have the scope ${lacking.join(", ")}`, `inlet login ${name}, and agree to it`)
  }
  return refresh === null && expiresAt !== null && expiresAt <= now ? failed("the sign-in has ended") : null
}

/** What a sign-in is, where nothing is wrong with it. */
export interface Good {
  readonly tokens: TokenStore.Tokens
  /** Whether new tokens have to be asked for before anything else. */
  readonly ended: boolean
  /** What was asked for and not granted. */
  readonly withheld: ReadonlyArray<string>
}

/** The sign-in, or what is wrong with it. */
export const look = (source: ConfiguredSource, kept: TokenStore.Kept | null): Effect.Effect<Good, Finding> =>
  Effect.flatMap(Clock.currentTimeMillis, (now) => {
    const wrong = fault(source, kept, now)
    if (wrong !== null || kept?.tokens == null)
      return Effect.fail(wrong ?? about("source", source.name).skipped("unknown"))
    const { tokens } = kept
    return Effect.succeed({
      tokens,
      ended: tokens.expiresAt !== null && tokens.expiresAt <= now,
      withheld: source.scopes.wanted.filter((scope) => !tokens.scopes.includes(scope))
    })
  })

/** What a service that does not take them any more comes to. */
export const REFUSED = "its access token is not accepted any more"

/** Hands out these tokens as they are. None are asked for: whoever looks changes nothing. */
export const layer = (tokens: TokenStore.Tokens): Layer.Layer<Connections.Connections> =>
  Layer.succeed(Connections.Connections, {
    tokens: ({ refused }) =>
      refused === null
        ? Effect.succeed(tokens)
        : unauthorized(tokens.refresh === null ? "the sign-in is not accepted any more" : REFUSED),
    authorize: () => Effect.void,
    forget: () => Effect.succeed(false)
  })
