// Who a trace comes from: this program, and nothing of the machine or of whoever runs it. What the environment says wins.
import { randomUUID } from "node:crypto"
import * as Effect from "effect/Effect"
import * as Setting from "../configuration/Setting.ts"
import { version } from "../Version.ts"
import type * as Attributes from "./Attributes.ts"
import { pairs } from "./Endpoint.ts"
import * as Secrets from "./Secrets.ts"

/** The service's name. */
export const SERVICE = "inlet"

const SDK = { "telemetry.sdk.language": "nodejs", "telemetry.sdk.name": "opentelemetry" }

/** What somebody wrote into a variable is wanted, except for a secret. */
const given = Effect.map(Setting.variable("OTEL_RESOURCE_ATTRIBUTES"), (text) =>
  Object.fromEntries(
    Object.entries(pairs(text ?? "")).map(
      ([key, value]) => [key, Secrets.isNamed(key) ? Secrets.HIDDEN : value] as const
    )
  )
)

export const attributes: Effect.Effect<Attributes.Flat> = Effect.gen(function* () {
  const name = yield* Setting.variable("OTEL_SERVICE_NAME")
  return {
    "service.name": SERVICE,
    "service.version": version,
    "service.instance.id": randomUUID(),
    ...(yield* given),
    ...(name !== undefined && { "service.name": name }),
    ...SDK
  }
})
