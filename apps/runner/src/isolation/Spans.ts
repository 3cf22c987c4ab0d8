// The spans of a connector's process, made anew where the trace of a command is: under the runner's span that they belong to.
import type { Protocol } from "@inlet/sdk/host"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FiberId from "effect/FiberId"
import * as Option from "effect/Option"
import * as Tracer from "effect/Tracer"

type Told = typeof Protocol.span.arg.Type

const exitOf = ({ error, interrupted }: Told) =>
  interrupted ? Exit.interrupt(FiberId.none) : error === null ? Exit.void : Exit.fail(error)

/** A request as the log tells it. */
const line = ({ attributes, begun, ended, name }: Told): string => {
  const how = attributes["http.response.status_code"] ?? attributes["error.type"] ?? "broken off"
  return `${name}: ${how} after ${(ended - begun) / 1_000_000n} ms`
}

export const tell = (told: Told): Effect.Effect<void> =>
  Effect.flatMap(Effect.tracer, (tracer) => {
    const parent = Option.some(Tracer.externalSpan(told.parent))
    const span = tracer.span(told.name, parent, Context.empty(), [], told.begun, told.kind)
    for (const [key, value] of Object.entries(told.attributes)) span.attribute(key, value)
    span.end(told.ended, exitOf(told))
    return told.kind === "client" ? Effect.withParentSpan(Effect.logDebug(line(told)), span) : Effect.void
  })
