// Whether each source lets us in, with the rights that are needed: what the store knows of the sign-in, and what the service
// answers to as little as can be.
import { Connections, RunObserver, Source, type TokenStore } from "@inlet/core"
import type { Connector } from "@inlet/sdk"
import * as Effect from "effect/Effect"
import type { ConfiguredSource } from "../configuration/Pipelines.ts"
import * as Time from "../output/Time.ts"
import { about, type Finding, OFFLINE } from "./Finding.ts"
import { AGAIN, bounded, SECONDS } from "./Network.ts"
import * as SignIn from "./SignIn.ts"

const RIGHTS = "Give the credential that right, or leave out of inlet.yaml what needs it."

/** What it is asked with. */
export type Needs = Exclude<Connector.Services, Connections.Connections>

/** What the service answered, or would not. */
const refused = ({ login, name }: ConfiguredSource, error: Connector.ConfigError | Source.SourceError): Finding => {
  const say = about("source", name)
  if (error._tag === "ConfigError") return say.failed(error)
  if (error.message === SignIn.REFUSED) {
    return say.warning(`${error.message}; the next sync asks for another`, `Where that fails: inlet login ${name}`)
  }
  if (error.reason === "RateLimited") return say.warning(error.message, AGAIN)
  return say.failed(error, error.reason === "Unavailable" ? { fix: AGAIN } : { login })
}

const slow = ({ name }: ConfiguredSource, wait: RunObserver.Wait | null): Finding => {
  const say = about("source", name)
  if (wait?.kind === "rate_limit" && wait.until !== null) {
    return say.warning(`it wants no requests until ${Time.stamp(new Date(wait.until).toISOString())} UTC`, AGAIN)
  }
  const detail = `it did not answer in ${SECONDS} seconds`
  return say.failed(new Source.SourceError({ reason: "Unavailable", detail, status: null, retryAt: null }), {
    fix: AGAIN
  })
}

/** Asks the service. */
const asked = (source: ConfiguredSource, good: (lacking: ReadonlyArray<string>) => Finding) =>
  Effect.suspend(() => {
    const { config, connector, name, streams } = source
    let last: RunObserver.Wait | null = null
    const observer: RunObserver.Observation = {
      request: () => {
        last = null
      },
      waiting: (_, wait) => {
        last = wait
      },
      counts: () => {},
      warning: () => {}
    }
    return connector.probe({ name, config }, streams[0]?.contract.stream ?? "").pipe(
      Effect.match({ onFailure: (error) => refused(source, error), onSuccess: good }),
      Effect.provideService(RunObserver.RunObserver, observer),
      bounded("source", () => slow(source, last))
    )
  })

/** What is said of a source that lets us in. */
const welcome =
  ({ name }: ConfiguredSource, how: string, withheld: ReadonlyArray<string> = []) =>
  (lacking: ReadonlyArray<string>): Finding => {
    const say = about("source", name)
    if (lacking.length > 0) return say.warning(lacking.join("; "), RIGHTS)
    if (withheld.length === 0) return say.ok(how)
    return say.warning(
      `${how}, without ${withheld.join(", ")}`,
      `inlet login ${name}, and agree to it where you need it`
    )
  }

/** Of one that somebody signs in to. */
const signedIn = (source: ConfiguredSource, kept: TokenStore.Kept | null, offline: boolean) =>
  Effect.gen(function* () {
    const { ended, tokens, withheld } = yield* SignIn.look(source, kept)
    const scopes = tokens.scopes.length === 0 ? "" : ` with ${tokens.scopes.join(", ")}`
    const good = welcome(source, `signed in${scopes}`, withheld)
    if (ended) {
      return welcome(
        source,
        `signed in${scopes}; its access token has ended, and the next sync asks for another`,
        withheld
      )([])
    }
    if (offline) return good([])
    return yield* Effect.provide(asked(source, good), SignIn.layer(tokens))
  }).pipe(Effect.merge)

/** `kept` is what the store has of the sign-in; it is null also where nobody signs in. */
export const look = (source: ConfiguredSource, kept: TokenStore.Kept | null, offline: boolean) => {
  if (source.login) return signedIn(source, kept, offline)
  if (offline) return Effect.succeed(about("source", source.name).skipped(OFFLINE))
  return Effect.provide(asked(source, welcome(source, "it lets us in")), Connections.layerMemory)
}
