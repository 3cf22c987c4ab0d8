// Why a collector has not got what was sent to it, in a few words of ours: its own text may hold whatever it was sent.
import { connect } from "node:net"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import type { Endpoint } from "./Endpoint.ts"

const CODES: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  ECONNRESET: "connection reset",
  EPIPE: "connection reset",
  ENOTFOUND: "host not found",
  EAI_AGAIN: "host not found",
  EHOSTUNREACH: "host not reachable",
  ENETUNREACH: "network not reachable"
}

const SLOW = "no answer in time"

/** Of an exporter's error. */
export const reason = (error: unknown): string => {
  const code = Predicate.hasProperty(error, "code") ? error.code : undefined
  if (typeof code === "number") return `the collector answered ${code}`
  if (typeof code === "string") return CODES[code] ?? code
  const message = error instanceof Error ? error.message : ""
  return /retryable/.test(message) ? "the collector is busy" : /timed? ?out/i.test(message) ? SLOW : "not accepted"
}

const PATIENCE = 200

/** Whether somebody listens there at all: an attempt that is still to be repeated has not told. */
const knock = (address: string): Effect.Effect<string> =>
  Effect.async<string>((resume) => {
    const { hostname, port, protocol } = new URL(address)
    const socket = connect({
      host: hostname.replace(/^\[|\]$/g, ""),
      port: port === "" ? (protocol === "http:" ? 80 : 443) : Number(port)
    })
    socket.once("connect", () => resume(Effect.succeed(SLOW)))
    socket.once("error", (error) => resume(Effect.succeed(reason(error))))
    return Effect.sync(() => socket.destroy())
  }).pipe(
    Effect.timeout(PATIENCE),
    Effect.orElseSucceed(() => SLOW)
  )

/** Why something has not arrived; `refused` is the last reason that was given, or null. */
export const why = (refused: string | null, { url }: Endpoint): Effect.Effect<string> =>
  refused === null ? knock(url) : Effect.succeed(refused)
