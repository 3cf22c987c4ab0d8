// A connector against its cassette: runs of its streams in which nothing is real but the connector, and what came of them.
import * as HttpClient from "@effect/platform/HttpClient"
import { Budget, Connections, RunObserver, Source, type TokenStore } from "@inlet/core"
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Random from "effect/Random"
import * as Redacted from "effect/Redacted"
import type { Configured, Connector } from "../Connector.ts"
import * as Manifest from "../Manifest.ts"
import type { Provider } from "../oauth/Provider.ts"
import type { Cassette } from "./Cassette.ts"
import * as Reading from "./Reading.ts"
import * as Replay from "./Replay.ts"
import * as Said from "./Said.ts"
import * as Secrets from "./Secrets.ts"
import * as VirtualClock from "./VirtualClock.ts"

/** How the service answers in a run, where it is not as recorded. */
export interface Options {
  readonly memory?: Reading.Memory
  readonly script?: Replay.Script
  /** Pages after which the run stops as if it was killed. */
  readonly stop?: number
  /** Where links within the service lead. */
  readonly origin?: string
  /** A configuration in the place of the world's own. */
  readonly config?: unknown
}

/** What came of a run. */
export interface Scene extends Pick<Replay.Session, "asked" | "most" | "unknown"> {
  readonly pages: ReadonlyArray<Reading.Taken>
  readonly memory: Reading.Memory
  readonly said: Said.Said
  /** How it ended, where that was not at the end of its listing. */
  readonly error: Source.SourceError | null
  /** The configuration was refused. */
  readonly refused: Refusal | null
  /** It died, or did not end: one sentence. */
  readonly broke: string | null
  /** All that its failure tells. */
  readonly failure: string | null
}

/** A ConfigError, of whichever copy of the sdk. */
export interface Refusal {
  readonly message: string
  readonly problems: ReadonlyArray<{ readonly path: string; readonly problem: string }>
}

export interface World {
  readonly connector: Connector
  readonly configured: Configured
  readonly provider: Provider | null
  readonly tokens: TokenStore.Tokens | null
  /** The configuration as decoded, where it can be. */
  readonly config: Option.Option<unknown>
  readonly secrets: Secrets.Finder
  readonly recordedAt: number
  readonly answers: Replay.Answers
  /** More requests of one run than this have no end. */
  readonly bound: number
}

export const make = (
  connector: Connector,
  configured: Configured,
  cassette: Pick<Cassette, "interactions" | "recordedAt">,
  given?: TokenStore.Tokens
): Effect.Effect<World> =>
  Effect.map(Effect.option(connector.oauth(configured)), (found): World => {
    const provider = Option.getOrNull(found)
    const tokens = given ?? (provider === null ? null : tokensOf("first", provider))
    const all = [...Secrets.of(connector, configured.config), ...(tokens === null ? [] : texts(tokens)), RENEWED]
    return {
      connector,
      configured,
      provider,
      tokens,
      config: Secrets.decoded(connector, configured.config),
      secrets: Secrets.finder(all),
      recordedAt: Date.parse(cassette.recordedAt),
      answers: Replay.answers(cassette),
      bound: 1000 + 20 * cassette.interactions.length
    }
  })

const RENEWED = "inlet-access-token-renewed"

const tokensOf = (name: string, { scopes }: Provider): TokenStore.Tokens => ({
  access: Redacted.make(`inlet-access-token-${name}`),
  refresh: Redacted.make(`inlet-refresh-token-${name}`),
  expiresAt: null,
  scopes: scopes.toSorted()
})

const texts = ({ access, refresh }: TokenStore.Tokens) => [
  Redacted.value(access),
  ...(refresh === null ? [] : [Redacted.value(refresh)])
]

/** The addresses in a value. */
export const urlsIn = (value: unknown): ReadonlyArray<URL> => {
  if (value instanceof URL) return [value]
  if (typeof value === "string") return /^https?:\/\//.test(value) && URL.canParse(value) ? [new URL(value)] : []
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(urlsIn) : []
}

/** Whether a connector may ask there: at its declared hosts, and at those that the configuration names. */
export const mayAsk = ({ config, connector, provider }: World, { hostname, origin }: URL): boolean =>
  Manifest.allows(connector.hosts, hostname) ||
  urlsIn(Option.getOrNull(config)).some((url) => url.origin === origin) ||
  provider?.tokenUrl.origin === origin

/** Whether a request is one for new tokens. */
export const asksForTokens = ({ provider }: Pick<World, "provider">, { origin, pathname }: URL): boolean =>
  provider !== null && provider.tokenUrl.origin === origin && provider.tokenUrl.pathname === pathname

const issued: Replay.Reply = {
  status: 200,
  headers: { "content-type": "application/json" },
  text: JSON.stringify({
    access_token: RENEWED,
    refresh_token: "inlet-refresh-token-renewed",
    token_type: "bearer",
    expires_in: 21_600
  })
}

const connections = ({ configured, tokens }: World): Layer.Layer<Connections.Connections> =>
  tokens === null
    ? Connections.layerMemory
    : Layer.tap(Connections.layerMemory, (context) =>
        Effect.orDie(Context.get(context, Connections.Connections).authorize(configured.name, tokens))
      )

/** Other copies of the sdk have other classes, so errors are told by what is in them. */
const refusalOf = (error: unknown): Refusal | null => {
  if (!Predicate.isTagged(error, "ConfigError") || !Predicate.hasProperty(error, "problems")) return null
  const problems = Array.isArray(error.problems) ? error.problems : []
  return {
    message: Predicate.hasProperty(error, "message") ? String(error.message) : "",
    problems: problems
      .filter(Predicate.isRecord)
      .map(({ path, problem }) => ({ path: String(path), problem: String(problem) }))
  }
}

const isSourceError = (error: unknown): error is Source.SourceError =>
  Predicate.isTagged(error, "SourceError") && Predicate.hasProperty(error, "reason")

interface Ending extends Pick<Scene, "error" | "refused" | "broke" | "failure"> {}

const ENDED: Ending = { error: null, refused: null, broke: null, failure: null }

const endingOf = (exit: Exit.Exit<unknown, unknown>): Ending => {
  if (Exit.isSuccess(exit)) return ENDED
  const failure = Said.causeText(exit.cause)
  const error = Option.getOrNull(Cause.failureOption(exit.cause))
  if (isSourceError(error)) return { ...ENDED, failure, error }
  const refused = refusalOf(error)
  if (refused !== null) return { ...ENDED, failure, refused }
  const thrown = Cause.squash(exit.cause)
  // What was thrown may hold anything, so its message is not repeated.
  const what = thrown instanceof Error ? thrown.name : "something that is no error"
  return { ...ENDED, failure, broke: `it died of ${what}` }
}

/** Runs one stream of the connector on a clock of its own. It never fails. */
export const scene = (world: World, stream: string, options: Options = {}): Effect.Effect<Scene> => {
  const { configured, connector, secrets } = world
  const { config = configured.config, memory = Reading.memory(), script = (asked, usual) => usual(asked) } = options
  const pages: Array<Reading.Taken> = []
  const whole: Replay.Script = (asked, usual) => (asksForTokens(world, asked.url) ? issued : script(asked, usual))
  return VirtualClock.using(world.recordedAt, (clock) =>
    Said.listening((said, observer) => {
      const session = Replay.open({
        clock,
        secrets,
        answers: world.answers,
        script: whole,
        bound: world.bound,
        counts: memory.counts,
        ...(options.origin !== undefined && { origin: options.origin })
      })
      const services = Layer.mergeAll(
        Layer.succeed(HttpClient.HttpClient, session.client),
        Budget.layerMemory,
        connections(world)
      )
      const reading = Effect.gen(function* () {
        const context = yield* Layer.build(
          connector.layer({ name: configured.name, config: Reading.stored(config) }).pipe(Layer.provide(services))
        )
        const spec = connector.streams.get(stream)
        if (spec === undefined) return
        const asked = () => session.asked.length
        const take = (taken: Reading.Taken) => {
          pages.push(taken)
          clock.stir()
        }
        const { stop } = options
        yield* Reading.run(Context.get(context, Source.Source), spec, {
          memory,
          asked,
          take,
          ...(stop !== undefined && { stop })
        })
      })
      return reading.pipe(
        Effect.scoped,
        Effect.provideService(RunObserver.RunObserver, observer),
        Effect.withClock(clock.clock),
        Effect.withRandom(Random.make("inlet")),
        Effect.exit,
        Effect.map(endingOf),
        Effect.disconnect,
        Effect.raceFirst(Effect.map(clock.stuck, (why): Ending => ({ ...ENDED, broke: `it does not end: ${why}` }))),
        Effect.map((ending): Scene => ({ ...session, pages, memory, said, ...ending }))
      )
    })
  )
}
