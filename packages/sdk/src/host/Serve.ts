// A connector in a process of its own: answers what the runner asks of it.
import { Cursor, Mapping, RunObserver, Source } from "@inlet/core"
import * as Chunk from "effect/Chunk"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as ExecutionStrategy from "effect/ExecutionStrategy"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as Connector from "../Connector.ts"
import * as Secrets from "../Secrets.ts"
import * as Around from "./Around.ts"
import * as Channel from "./Channel.ts"
import * as Protocol from "./Protocol.ts"
import * as Replies from "./Replies.ts"
import * as Spans from "./Spans.ts"

/** More than a page of any service has; beyond it a row costs more memory than a page may. */
const MOST_RECORDS = 100_000
/** Bytes of a page with all its details. */
const LONGEST = 256 * 1024 * 1024

const misbehaved = (detail: string) =>
  new Source.SourceError({ reason: "Misbehaved", detail, status: null, retryAt: null })

/** A stream that is being read. */
interface Reading {
  readonly scope: Scope.CloseableScope
  readonly pull: Effect.Effect<Source.Page | null, Source.SourceError>
}

const decoder = new TextDecoder()

/** The page with its rows. Where a record cannot be mapped it goes without, is kept as it came, and nothing is lost. */
const complete = (stream: string, spec: Source.StreamSpec, page: Source.Page) =>
  Effect.suspend(() => {
    const { body, context = {}, fresh, records, rows } = page
    if (records > MOST_RECORDS || body.byteLength > LONGEST) {
      return misbehaved(
        `a page of ${stream} has ${records} records in ${body.byteLength} bytes; at most ${MOST_RECORDS} in ${LONGEST} are taken`
      )
    }
    if (!Cursor.isJson(page.next) || !Cursor.isJson(page.cursor ?? null)) {
      return misbehaved(`the connector of ${stream} is wrong: its cursor is no JSON`)
    }
    if (rows !== undefined || records === 0 || fresh === 0) return Effect.succeed(page)
    return Effect.try({
      try: () => spec.records(JSON.parse(decoder.decode(body)), context),
      catch: (thrown) => misbehaved(`the records of a page of ${stream} cannot be found: ${Mapping.whatThrew(thrown)}`)
    }).pipe(
      Effect.filterOrFail(
        ({ length }) => length === records,
        ({ length }) => misbehaved(`a page of ${stream} is said to have ${records} records and has ${length}`)
      ),
      Effect.map((found) => mapAll(spec, found)),
      Effect.map((rows) => (Option.isNone(rows) ? page : { ...page, rows: rows.value }))
    )
  })

const mapAll = Option.liftThrowable(Mapping.mapAll)

/** One page at a time; null at the end. */
const oneByOne = (pages: Effect.Effect<Chunk.Chunk<Source.Page>, Option.Option<Source.SourceError>>) => {
  let left: Chunk.Chunk<Source.Page> = Chunk.empty()
  const pull: Reading["pull"] = Effect.suspend(() => {
    const [page] = left
    if (page !== undefined) {
      left = Chunk.drop(left, 1)
      return Effect.succeed(page)
    }
    return Effect.matchEffect(pages, {
      onSuccess: (chunk) => {
        left = chunk
        return pull
      },
      onFailure: Option.match({ onNone: () => Effect.succeed(null), onSome: (error) => Effect.fail(error) })
    })
  })
  return pull
}

/** What is wrong with a configuration, each with where it stands. */
const issuesOf = (config: Schema.Schema.AnyNoContext, value: unknown) =>
  Schema.decodeUnknownEither(config, { errors: "all", onExcessProperty: "error" })(value).pipe(
    Either.match({
      onLeft: (error) =>
        ParseResult.ArrayFormatter.formatErrorSync(error).map(({ _tag, message, path }) => ({
          _tag,
          message,
          path: path.map((part) => (typeof part === "number" ? part : String(part)))
        })),
      onRight: () => []
    })
  )

/**
 * Answers at `port` for the connector that `load` brings, as the default export of a module, until the scope closes.
 *
 * @since 0.1.0
 */
export const serve: (
  port: Channel.Port,
  load: Effect.Effect<unknown, Protocol.LoadError>
) => Effect.Effect<Channel.Channel, never, Scope.Scope> = Effect.fnUntraced(function* (port, load) {
  const scope = yield* Scope.make()
  const loaded = yield* Effect.cached(
    Effect.flatMap(load, (module) =>
      Effect.mapError(
        Connector.fromModule(module),
        () => new Protocol.LoadError({ what: "exports no connector by default" })
      )
    )
  )
  const connector = Effect.orDie(loaded)
  const opened = yield* Deferred.make<Source.Source["Type"]>()
  const readings = new Map<number, Reading>()
  const renewals: Around.Renewals = new Map()
  const replies = Replies.make((reply) => channel.tell(Protocol.forget, { reply }))

  const specOf = (stream: string) =>
    Effect.flatMap(connector, ({ name, streams }) =>
      Effect.mapError(
        Option.fromNullable(streams.get(stream)),
        () => new Mapping.ConnectorError({ detail: `${name} has no stream ${stream}` })
      )
    )

  const describe = Effect.map(loaded, (connector) => ({
    name: connector.name,
    version: connector.version,
    hosts: connector.hosts,
    contracts: [...connector.streams.values()].map(({ contract }) => contract),
    retention: connector.retention === undefined ? null : Duration.toMillis(connector.retention.raw),
    secrets: Secrets.paths(connector.config)
  }))

  type Checked = typeof Protocol.check.value.Type

  const check = (configured: Connector.Configured) =>
    Effect.flatMap(connector, (connector): Effect.Effect<Checked> => {
      const issues = issuesOf(connector.config, configured.config)
      if (issues.length > 0) return Effect.succeed({ issues, signsIn: "nobody" })
      return Effect.map(Effect.orDie(connector.oauth(configured)), (provider): Checked => {
        if (provider === null) return { issues, signsIn: "nobody" }
        const { grant, needed = [], scopes: wanted } = provider
        return { issues, signsIn: grant === "client_credentials" ? "machine" : "person", scopes: { needed, wanted } }
      })
    })

  /** No read of a stream, so nobody hears of its requests; its waits are told, so that it does not pass for dead. */
  const probe = (configured: Connector.Configured) =>
    Effect.flatMap(connector, ({ probe }) =>
      probe === undefined
        ? Effect.succeed(null)
        : probe(configured).pipe(
            Effect.provide(Around.layer(channel, renewals, replies)),
            Effect.provideService(RunObserver.RunObserver, Around.observer(channel, 0))
          )
    )

  const open = (configured: Connector.Configured) =>
    Effect.gen(function* () {
      const { layer } = yield* connector
      const context = yield* Layer.buildWithScope(
        Layer.provide(layer(configured), Around.layer(channel, renewals, replies)),
        scope
      )
      yield* Deferred.succeed(opened, Context.get(context, Source.Source))
      return {}
    })

  const begin = ({ cursor, position, range, read, recorded, stream }: typeof Protocol.read.arg.Type) =>
    Effect.gen(function* () {
      const source = yield* Deferred.await(opened)
      const spec = yield* Effect.mapError(specOf(stream), ({ detail }) => misbehaved(detail))
      const observed = Effect.provideService(RunObserver.RunObserver, Around.observer(channel, read))
      const ask = { read }
      const pages = source.read(stream, {
        cursor,
        position,
        ...(range !== null && { range }),
        etag: (key) => Effect.orDie(channel.call(Protocol.etag, { ...ask, key })),
        ...(recorded && { recorded: (key: string) => Effect.orDie(channel.call(Protocol.recorded, { ...ask, key })) })
      })
      const own = yield* Scope.fork(scope, ExecutionStrategy.sequential)
      const completed = Stream.mapEffect(pages, (page) => complete(stream, spec, page))
      const pull = yield* Stream.toPull(completed).pipe(Scope.extend(own), observed)
      readings.set(read, { scope: own, pull: observed(oneByOne(pull)) })
      return {}
    })

  const pull = ({ read }: { readonly read: number }) =>
    Effect.suspend(() => readings.get(read)?.pull ?? Effect.succeed(null)).pipe(
      Effect.map((page) => {
        const reply = page === null ? undefined : replies.find(page.body)
        return page === null || reply === undefined ? page : { ...page, body: { reply } }
      })
    )

  const leave = ({ read }: { readonly read: number }) => {
    const reading = readings.get(read)
    readings.delete(read)
    return reading === undefined ? Effect.void : Scope.close(reading.scope, Exit.void)
  }

  const renew = ({ old, want }: typeof Protocol.renew.arg.Type) =>
    Effect.suspend(
      () => renewals.get(want)?.(old) ?? Effect.fail(misbehaved("new tokens are wanted that nobody asked for"))
    )

  const channel: Channel.Channel = yield* Channel.make(port, [
    Channel.handle(Protocol.describe, () => describe),
    Channel.handle(Protocol.check, check),
    Channel.handle(Protocol.open, open),
    Channel.handle(Protocol.probe, probe),
    Channel.handle(Protocol.close, () => Effect.as(Scope.close(scope, Exit.void), {})),
    Channel.handle(Protocol.read, begin),
    Channel.handle(Protocol.pull, pull),
    Channel.listen(Protocol.leave, leave),
    Channel.handle(Protocol.rows, ({ stream, ...page }) =>
      Effect.flatMap(specOf(stream), (spec) => Mapping.local(spec).rows(page))
    ),
    Channel.handle(Protocol.records, ({ stream, ...page }) =>
      Effect.flatMap(specOf(stream), (spec) => Mapping.local(spec).records(page))
    ),
    Channel.handle(Protocol.renew, renew),
    Channel.listen(Protocol.ping, () =>
      Effect.sync(() => channel.tell(Protocol.pong, { memory: process.memoryUsage.rss() }))
    )
  ]).pipe(Effect.withTracer(Spans.tracer(() => channel)))
  return channel
})
