// How a request signs in. Secrets stay Redacted until `SourceHttp` puts them into the headers of a request to the service.
import { Buffer } from "node:buffer"
import type { Source } from "@inlet/core"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"

/**
 * What one request signs in with.
 *
 * @since 0.1.0
 */
export interface Credentials {
  readonly headers: { readonly [name: string]: Redacted.Redacted }
  /** Told when the service does not accept them: true where another request would get others. */
  readonly refused: Effect.Effect<boolean>
}

/**
 * Gives each request its credentials. Where it fails, its own repetitions are over.
 *
 * @since 0.1.0
 */
export type Auth = Effect.Effect<Credentials, Source.SourceError>

const fixed = (headers: Credentials["headers"]): Auth => Effect.succeed({ headers, refused: Effect.succeed(false) })

const authorization = (scheme: string, secret: Redacted.Redacted): Credentials["headers"] => ({
  authorization: Redacted.make(`${scheme} ${Redacted.value(secret)}`)
})

/**
 * Asks as anybody.
 *
 * @since 0.1.0
 */
export const none: Auth = fixed({})

/**
 * A token in the `Authorization` header.
 *
 * @since 0.1.0
 */
export const bearer = (token: Redacted.Redacted): Auth => fixed(authorization("Bearer", token))

/**
 * A key in a header of the service's own.
 *
 * @since 0.1.0
 */
export const header = (name: string, value: Redacted.Redacted): Auth => fixed({ [name]: value })

/**
 * A user and a password, as HTTP itself knows them.
 *
 * @since 0.1.0
 */
export const basic = (user: string, password: Redacted.Redacted): Auth =>
  fixed(authorization("Basic", Redacted.make(Buffer.from(`${user}:${Redacted.value(password)}`).toString("base64"))))

/**
 * A token that lives for a while.
 *
 * @since 0.1.0
 */
export interface Grant {
  readonly token: Redacted.Redacted
  /** Epoch milliseconds; null where it lives until it is refused. */
  readonly expiresAt: number | null
}

/**
 * Bearer tokens that are obtained as they are needed: at the first request, ahead of the end of each, and after a refusal.
 * Requests that need one at the same time share one attempt to obtain it, and its failure.
 *
 * @since 0.1.0
 */
export const renewing: (options: {
  readonly obtain: Effect.Effect<Grant, Source.SourceError>
  /** How long before its end, by our clock, a token is not used any more; 5 minutes unless told, and at most half its life. */
  readonly ahead?: Duration.DurationInput
}) => Effect.Effect<Auth> = Effect.fnUntraced(function* (options) {
  const ahead = Duration.toMillis(options.ahead ?? "5 minutes")
  const one = yield* Effect.makeSemaphore(1)
  let current: { readonly credentials: Credentials; readonly until: number } | null = null
  let failed: Source.SourceError | null = null

  const keep = ({ expiresAt, token }: Grant, now: number): Credentials => {
    const credentials: Credentials = {
      headers: authorization("Bearer", token),
      refused: Effect.sync(() => {
        // Another request may have had it replaced already.
        if (current?.credentials === credentials) current = null
        return true
      })
    }
    // A token that comes expired tells of a clock that is wrong: it is used until it is refused.
    const life = expiresAt === null || expiresAt <= now ? Number.POSITIVE_INFINITY : expiresAt - now
    current = { credentials, until: now + life - Math.min(ahead, life / 2) }
    return credentials
  }

  const obtain = options.obtain.pipe(
    Effect.tapError((error) =>
      Effect.sync(() => {
        failed = error
      })
    ),
    Effect.flatMap((grant) => Effect.map(Clock.currentTimeMillis, (now) => keep(grant, now)))
  )

  /** The token at hand, or else `otherwise`. */
  const usable = <E>(otherwise: Effect.Effect<Credentials, E>) =>
    Effect.flatMap(Clock.currentTimeMillis, (now) =>
      current !== null && now < current.until ? Effect.succeed(current.credentials) : otherwise
    )

  return Effect.suspend(() => {
    const before = failed
    // Whoever waited while an attempt failed does not try again.
    const first = Effect.suspend(() => (failed === null || failed === before ? obtain : Effect.fail(failed)))
    return usable(one.withPermits(1)(usable(first)))
  })
})
