// Which provider a source signs in to, and how a sign-in that comes to nothing is told.
import type { Connections, Source } from "@inlet/core"
import type { OAuth } from "@inlet/sdk"
import * as Effect from "effect/Effect"
import * as Configuration from "../configuration/Configuration.ts"
import { Connectors } from "../configuration/Connectors.ts"
import * as Pipelines from "../configuration/Pipelines.ts"
import { LoginError, UsageError } from "../output/Failure.ts"
import * as Time from "../output/Time.ts"

/** Keeps what a person granted, before the person is told that it is done. */
export type Keep = (granted: OAuth.Granted) => ReturnType<Connections.Connections["Type"]["authorize"]>

/** The configured source of that name, and where it signs in. */
export const source = Effect.fnUntraced(function* (name: string) {
  const configuration = yield* Configuration.load
  const configured = yield* Pipelines.sources(configuration, [name])
  const selected = yield* Pipelines.select(configured, { sources: [name], streams: [] })
  const connectors = yield* Connectors
  for (const { config, connector } of selected) {
    if (connector.fault !== null) return yield* connector.fault
    const written = configuration.sources[name]?.connector ?? connector.name
    const opened = yield* Effect.mapError(connectors.open(written, configuration.folder), ({ message, path }) =>
      configuration.refuse([{ path: ["sources", name, ...path], message }])
    )
    const provider = yield* opened.oauth({ name, config })
    if (provider !== null) return { configuration, provider }
  }
  return yield* new UsageError({
    detail: `The source ${name} does not sign in by OAuth2.`,
    fix: "Put its credential into the environment or .env, as inlet.yaml names it."
  })
})

const fixes: Readonly<Record<OAuth.SignInError["reason"], (login: string) => string>> = {
  Denied: (login) => `To agree after all: ${login}`,
  Scopes: (login) => `Allow what is needed: ${login}`,
  Expired: (login) => `Try again: ${login}`,
  Foreign: (login) => `Try again: ${login}`,
  Refused: (login) => `Check the client's id and secret in inlet.yaml and its settings at the service, then: ${login}`
}

const sourceFix = ({ reason, retryAt }: Source.SourceError, login: string): string => {
  if (reason === "Forbidden" || reason === "Unauthorized") return fixes.Refused(login)
  if (reason === "RateLimited" && retryAt !== null) {
    return `Run it again from ${Time.stamp(new Date(retryAt).toISOString())} UTC on: ${login}`
  }
  if (reason === "RateLimited" || reason === "Unavailable") return `Run it again: ${login}`
  return "Report it to the connector's author, with the reference below."
}

/** A sign-in to the source `name` came to nothing. */
export const failed =
  (name: string) =>
  (error: OAuth.SignInError | Source.SourceError): LoginError => {
    const login = `inlet login ${name}`
    const passes = error.reason === "RateLimited" || error.reason === "Unavailable"
    return new LoginError({
      detail: error.message,
      passes,
      fix: error._tag === "SignInError" ? fixes[error.reason](login) : sourceFix(error, login)
    })
  }
