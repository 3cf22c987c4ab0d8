// A Databox that listens on this computer: the documented API v1, with a switch for everything its documentation leaves
// open, and a control surface that shows what arrived.
import type { IncomingHttpHeaders } from "node:http"
import * as Effect from "effect/Effect"
import { TreeFormatter } from "effect/ParseResult"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import { encode, encodeRefusal, refusal, refuse } from "./DataboxAnswer.ts"
import { Behaviour } from "./DataboxBehaviour.ts"
import * as DataboxControl from "./DataboxControl.ts"
import * as RateLimit from "./DataboxRateLimit.ts"
import { answer } from "./DataboxRoutes.ts"
import { type Account, make as makeState } from "./DataboxState.ts"
import * as Loopback from "./Loopback.ts"
import { html, type Reply, type Request } from "./Message.ts"

export { Behaviour, Selector } from "./DataboxBehaviour.ts"
export type { Account } from "./DataboxState.ts"

export interface Options {
  /** 0 or absent: a free port. */
  readonly port?: number | undefined
  readonly apiKey?: string | undefined
  /** The accounts the key reaches; the first is the key's own. */
  readonly accounts?: ReadonlyArray<Account> | undefined
  readonly behaviour?: Partial<Behaviour> | undefined
}

export interface Emulator extends Loopback.Served {
  readonly apiKey: string
}

const decodeBehaviour = Schema.decodeUnknown(Behaviour, { errors: "all", onExcessProperty: "error" })

const tooFast = (behaviour: Behaviour, wait: number, now: number): Reply => {
  const seconds = Math.ceil(wait / 1000)
  const headers: Readonly<Record<string, string>> = {
    none: {},
    seconds: { "retry-after": String(seconds) },
    date: { "retry-after": new Date(now + seconds * 1000).toUTCString() }
  }[behaviour.rateLimitRetryAfter]
  return behaviour.rateLimitBody === "html"
    ? html(429, headers)
    : encodeRefusal({ ...refusal(429, "rate_limited", "Too many requests"), headers }, behaviour.errorIn2xx)
}

/**
 * Starts the emulator; it ends with the scope. See `DataboxControl.make` and `Control.make` for its control surface under
 * /_emulator. `POST /_emulator/reset` forgets everything and restores the behaviour it was started with.
 */
export const start: (options?: Options) => Effect.Effect<Emulator, Loopback.EmulatorError, Scope.Scope> =
  Effect.fnUntraced(function* (options = {}) {
    const clock = yield* Effect.clock
    const initial = yield* decodeBehaviour(options.behaviour ?? {}).pipe(
      Effect.mapError(
        ({ issue }) =>
          new Loopback.EmulatorError({ reason: "InvalidOptions", detail: TreeFormatter.formatIssueSync(issue) })
      )
    )
    const apiKey = options.apiKey ?? "pak_emulator"
    const accounts = options.accounts ?? [{ id: 100001, name: "Emulated account", accountType: "organization" }]
    const now = () => clock.unsafeCurrentTimeMillis()
    const fresh = () => ({ behaviour: initial, state: makeState(accounts), rateLimit: RateLimit.make() })
    let current = fresh()

    const handler = (request: Request): Reply => {
      const { behaviour, rateLimit, state } = current
      const at = now()
      state.settle(at)
      if (behaviour.down) return encodeRefusal(refusal(503, "service_unavailable", "Down"), behaviour.errorIn2xx)
      if (request.credential !== "right")
        return encodeRefusal(refusal(401, "invalid_api_key", "The key is not accepted"), behaviour.errorIn2xx)
      const wait = behaviour.rateLimit === null ? 0 : rateLimit.take(behaviour.rateLimit, at)
      if (wait > 0) return tooFast(behaviour, wait, at)
      return encode(answer({ request, state, behaviour, now: at }), behaviour.errorIn2xx)
    }

    const control = DataboxControl.make({
      state: () => {
        current.state.settle(now())
        return current.state
      },
      behaviour: () => current.behaviour,
      setBehaviour: (behaviour) => {
        current = { ...current, behaviour }
      }
    })

    const served = yield* Loopback.serve({
      port: options.port,
      handler,
      control,
      credential: (headers: IncomingHttpHeaders) =>
        headers["x-api-key"] === undefined ? "none" : headers["x-api-key"] === apiKey ? "right" : "wrong",
      refuse: (status) => encodeRefusal(refuse(status), false),
      latencyMillis: () => current.behaviour.latencyMillis,
      reset: () => {
        current = fresh()
      }
    })
    return { ...served, apiKey }
  })
