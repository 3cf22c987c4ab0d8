// A connector whose code runs in a process of its own, as the rest of this program sees it: its contracts, its mappings, and a
// layer that opens the configured source. Whatever it does wrong ends as an error of its own pipelines.
import * as HttpClient from "@effect/platform/HttpClient"
import { Budget, Connections, type Contract, Mapping, RunObserver, Source, type TokenStore, WaitLog } from "@inlet/core"
import type { Connector } from "@inlet/sdk"
import { Channel, Protocol } from "@inlet/sdk/host"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as FiberRef from "effect/FiberRef"
import * as FiberSet from "effect/FiberSet"
import { identity } from "effect/Function"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type * as Package from "../configuration/Package.ts"
import * as Secrets from "../telemetry/Secrets.ts"
import * as Child from "./Child.ts"
import * as Http from "./Http.ts"
import * as Spans from "./Spans.ts"

export interface Isolated {
  /** What it came to instead of a connector: its streams are known by name only. */
  readonly fault: Source.SourceError | null
  readonly name: string
  readonly version: string
  readonly streams: ReadonlyMap<string, Mapping.Mapping>
  readonly retention: Connector.Retention | undefined
  /** Where secrets stand in a configuration. */
  readonly secrets: (typeof Protocol.Description.Type)["secrets"]
  readonly check: (configured: Connector.Configured) => Effect.Effect<typeof Protocol.check.value.Type>
  readonly layer: (
    configured: Connector.Configured
  ) => Layer.Layer<Source.Source, Connector.ConfigError | Source.SourceError, Connector.Services>
  /**
   * Whether the service lets the source in: what it may not do there, a sentence each. By the connector's own way, or else by the
   * first page of this stream.
   */
  readonly probe: (
    configured: Connector.Configured,
    stream: string
  ) => Effect.Effect<ReadonlyArray<string>, Connector.ConfigError | Source.SourceError, Connector.Services>
}

/** What the source of a connector finds around it, while it is open. */
interface Around {
  readonly http: HttpClient.HttpClient
  readonly budget: Budget.Budget["Type"]
  readonly connections: Connections.Connections["Type"]
  readonly hosts: ReadonlyArray<string>
  /** Runs what the connector asks for, as long as the source is open; what must not be broken off is waited for. */
  readonly attend: <A, E>(effect: Effect.Effect<A, E>) => Effect.Effect<A, E>
}

/** A stream that is being read. */
interface Reading {
  readonly options: Source.ReadOptions
  readonly observer: RunObserver.Observation
  /** Lets the log of it say whose it is. */
  readonly located: (effect: Effect.Effect<void>) => Effect.Effect<void>
}

/** What the log says of where it is written. */
const here = Effect.zipWith(
  FiberRef.get(FiberRef.currentLogAnnotations),
  Effect.option(Effect.currentParentSpan),
  (annotations, span): Reading["located"] =>
    (effect) =>
      effect.pipe(
        Effect.locally(FiberRef.currentLogAnnotations, annotations),
        Option.isSome(span) ? Effect.withParentSpan(span.value) : identity
      )
)

const closed = Effect.dieMessage("no source is open")

const known = (tokens: TokenStore.Tokens | null) => Secrets.learn(tokens?.access ?? null, tokens?.refresh ?? null)

/** Longest that a source may take to close (milliseconds). */
const FAREWELL = 2000

/** Starts the connector of a package, for as long as the scope is open. */
export const start: (
  one: Package.Package,
  program: string,
  limits: Child.Limits
) => Effect.Effect<Isolated, Channel.Broken | Protocol.LoadError, Scope.Scope> = Effect.fnUntraced(
  function* (one, program, limits) {
    const { entry, manifest } = one
    let around: Around | null = null
    const readings = new Map<number, Reading>()
    let last = 0
    /** Bodies of answers by their numbers, as long as the connector may name them. */
    const replies = new Map<number, Uint8Array>()
    let replied = 0

    const attended = <A, E>(use: (around: Around) => Effect.Effect<A, E>): Effect.Effect<A, E> =>
      Effect.suspend(() => (around === null ? closed : around.attend(use(around))))

    const http = (request: typeof Protocol.http.arg.Type) =>
      attended(({ hosts, http }) => {
        const host = Http.foreign(hosts, request)
        if (host === null) {
          return Effect.map(Http.send(http, request), (answer) => {
            const reply = ++replied
            replies.set(reply, answer.body)
            return { reply, ...answer }
          })
        }
        child.stop(`asked ${host}, which is not among the hosts that its package declares`)
        return Effect.never
      })

    const reading = <A>(read: number, use: (reading: Reading) => Effect.Effect<A>): Effect.Effect<A> =>
      Effect.suspend(() => {
        const found = readings.get(read)
        return found === undefined ? closed : use(found)
      })

    const observed = ({ read, what }: typeof Protocol.observed.arg.Type) =>
      Effect.flatMap(Secrets.Secrets, (secrets) => {
        const { located = identity, observer } = readings.get(read) ?? {}
        if (what.is === "request") observer?.request("source")
        if (what.is === "warning") observer?.warning(Secrets.redact(secrets, what.sentence))
        if (what.is !== "waiting") return Effect.void
        const { is: _, ...wait } = what
        observer?.waiting("source", wait)
        child.waits(what.until ?? 0)
        return located(WaitLog.wait("source", wait))
      })

    const asSource = <A, E>(effect: Effect.Effect<A, E | Channel.Broken>): Effect.Effect<A, E | Source.SourceError> =>
      effect.pipe(
        Effect.catchIf(isBroken, ({ what }) => misbehaved(manifest.name, what)),
        Effect.catchAll((error) => Effect.flatMap(Secrets.Secrets, (secrets) => Effect.fail(discreet(secrets, error))))
      )
    const asMapping = <A, E>(
      effect: Effect.Effect<A, E | Channel.Broken>
    ): Effect.Effect<A, E | Mapping.ConnectorError> =>
      Effect.catchIf(effect, isBroken, ({ what }) => new Mapping.ConnectorError({ detail: `${manifest.name} ${what}` }))

    const child: Child.Child = yield* Child.start({
      program,
      entry,
      limits,
      handlers: [
        Channel.handle(Protocol.http, http),
        Channel.handle(Protocol.take, ({ count, credential, window }) =>
          attended(({ budget }) => budget.take(credential, window, count))
        ),
        Channel.handle(Protocol.observe, ({ credential, seen, window }) =>
          attended(({ budget }) => Effect.as(budget.observe(credential, window, seen), {}))
        ),
        Channel.handle(Protocol.seen, ({ credential, window }) =>
          attended(({ budget }) => budget.seen(credential, window))
        ),
        Channel.handle(Protocol.tokens, ({ want, ...wanted }) =>
          attended(({ connections }) =>
            Effect.tap(
              connections.tokens({
                ...wanted,
                renew: (old) =>
                  Effect.tap(
                    Effect.zipRight(known(old), asSource(child.channel.call(Protocol.renew, { want, old }))),
                    known
                  )
              }),
              known
            )
          )
        ),
        Channel.handle(Protocol.etag, ({ key, read }) => reading(read, ({ options }) => options.etag(key))),
        Channel.handle(Protocol.recorded, ({ key, read }) =>
          reading(read, ({ options }) => options.recorded?.(key) ?? Effect.succeed(null))
        ),
        Channel.listen(Protocol.observed, observed),
        Channel.listen(Protocol.span, Spans.tell),
        Channel.listen(Protocol.forget, ({ reply }) => Effect.sync(() => replies.delete(reply)))
      ]
    })
    const { channel } = child
    const description = yield* channel.call(Protocol.describe, {})
    const { contracts, name, retention, secrets, version } = description

    const mapping = (contract: Contract.Contract): Mapping.Mapping => {
      const { stream } = contract
      return {
        contract,
        records: (page) => asMapping(channel.call(Protocol.records, { stream, ...page })),
        rows: (page) => asMapping(channel.call(Protocol.rows, { stream, ...page }))
      }
    }
    const streams = new Map(contracts.map((contract) => [contract.stream, mapping(contract)]))

    const read = (stream: string, options: Source.ReadOptions): Stream.Stream<Source.Page, Source.SourceError> =>
      Stream.unwrapScoped(
        Effect.gen(function* () {
          const observer = yield* RunObserver.RunObserver
          const located = yield* here
          const id = ++last
          yield* Effect.acquireRelease(
            Effect.sync(() => readings.set(id, { options, observer, located })),
            () =>
              Effect.sync(() => {
                channel.tell(Protocol.leave, { read: id })
                readings.delete(id)
              })
          )
          const { cursor, position, range = null, recorded } = options
          const begun = { read: id, stream, cursor, position, range, recorded: recorded !== undefined }
          yield* asSource(channel.call(Protocol.read, begun))
          return Stream.repeatEffectOption(
            asSource(channel.call(Protocol.pull, { read: id })).pipe(
              Effect.mapError(Option.some),
              Effect.flatMap((page) => (page === null ? Effect.fail(Option.none()) : Effect.succeed(page))),
              Effect.flatMap(({ body, ...page }) => {
                const bytes = "reply" in body ? replies.get(body.reply) : body
                return bytes === undefined ? strange : Effect.succeed({ ...page, body: bytes })
              })
            )
          )
        })
      )

    const strange = Effect.fail(Option.some(misbehaved(manifest.name, "answered with a page that is none")))

    const forget = () => {
      replies.clear()
      around = null
    }

    const open = Effect.fnUntraced(function* (configured: Connector.Configured) {
      yield* Effect.addFinalizer(() => Effect.sync(forget))
      const fibers = yield* FiberSet.make<unknown, unknown>()
      const run = yield* FiberSet.runtime(fibers)<never>()
      const attend: Around["attend"] = (effect) =>
        Effect.flatMap(
          Effect.sync(() => run(effect)),
          (fiber) => Effect.onInterrupt(Fiber.join(fiber), () => Fiber.interruptFork(fiber))
        )
      around = {
        http: yield* HttpClient.HttpClient,
        budget: yield* Budget.Budget,
        connections: yield* Connections.Connections,
        hosts: [...manifest.inlet.hosts, ...Http.hostsIn(configured.config)],
        attend
      }
      yield* Effect.addFinalizer(() =>
        Effect.ignore(Effect.timeout(Effect.interruptible(channel.call(Protocol.close, {})), FAREWELL))
      )
      yield* asSource(channel.call(Protocol.open, configured))
      return Source.Source.of({ name: configured.name, connector: `${name}@${version}`, streams, read })
    })

    const probe = Effect.fnUntraced(function* (configured: Connector.Configured, stream: string) {
      const source = yield* open(configured)
      const lacking = yield* asSource(channel.call(Protocol.probe, configured))
      const secrets = yield* Secrets.Secrets
      if (lacking !== null) return lacking.map((sentence) => Secrets.redact(secrets, sentence))
      const options = { cursor: null, position: null, etag: () => Effect.succeed(null) }
      yield* Stream.runDrain(Stream.take(source.read(stream, options), 1))
      return []
    }, Effect.scoped)

    const isolated: Isolated = {
      fault: null,
      name,
      version,
      streams,
      retention: retention === null ? undefined : { raw: retention },
      secrets,
      // What it does wrong here shows again as soon as its source is opened.
      check: (configured) => Effect.orElseSucceed(channel.call(Protocol.check, configured), () => UNCHECKED),
      layer: (configured) => Layer.scoped(Source.Source, open(configured)),
      probe
    }
    return isolated
  }
)

const UNCHECKED = { issues: [], signsIn: "nobody" } as const

/** In the place of a connector whose package suits, and whose code fails before it is one. */
export const faulty = ({ manifest }: Package.Package, what: string): Isolated => {
  const fault = misbehaved(manifest.name, what)
  const failed = new Mapping.ConnectorError({ detail: fault.detail })
  const stub = (stream: string): Mapping.Mapping => ({
    contract: { stream, version: 1, primaryKey: [stream], time: stream, meaning: "Not known.", columns: [] },
    records: () => failed,
    rows: () => failed
  })
  return {
    fault,
    name: manifest.name,
    version: manifest.version,
    streams: new Map(manifest.inlet.streams.map((stream) => [stream, stub(stream)])),
    retention: undefined,
    secrets: [],
    check: () => Effect.succeed(UNCHECKED),
    layer: () => Layer.fail(fault),
    probe: () => fault
  }
}

/** A sentence of the connector's, without what it was told in confidence: it goes into the log for good. */
const discreet = <E>(secrets: ReadonlySet<string>, error: E): E | Source.SourceError =>
  error instanceof Source.SourceError
    ? new Source.SourceError({ ...error, detail: Secrets.redact(secrets, error.detail) })
    : error

const isBroken = (error: unknown): error is Channel.Broken => error instanceof Channel.Broken

/** What a faulty connector ends the pipelines of its source with. */
export const misbehaved = (name: string, what: string) =>
  new Source.SourceError({ reason: "Misbehaved", detail: `${name} ${what}`, status: null, retryAt: null })
