// Connectors that are right but for one thing.
import * as HttpClient from "@effect/platform/HttpClient"
import { type Row, Source } from "@inlet/core"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Predicate from "effect/Predicate"
import * as Record from "effect/Record"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { Auth, Connector, Policy, Rest, type SourceHttp } from "../../src/index.ts"
import * as Shop from "./Shop.ts"

type Name = keyof typeof Shop.streams
type Pages = Stream.Stream<Source.Page, Source.SourceError>

const identity = { name: "inlet-connector-shop", version: "1.2.3", hosts: ["api.shop.example"] }

/** The shop's connector with other specifications, or with pages that are not as they were read. */
export const altered = (changes: {
  readonly spec?: (spec: Source.StreamSpec) => Source.StreamSpec
  readonly pages?: (pages: Pages, options: Source.ReadOptions, client: HttpClient.HttpClient) => Pages
  readonly only?: Name
}) => {
  const { only, pages = (pages) => pages, spec = (spec) => spec } = changes
  const isChanged = (name: string) => only === undefined || only === name
  return Connector.define({
    ...identity,
    config: Shop.settings,
    streams: Record.map(Shop.streams, (stream, name) => (isChanged(name) ? spec(stream.spec) : stream.spec)),
    make: (_, name) =>
      Effect.gen(function* () {
        const client = yield* HttpClient.HttpClient
        const context = yield* Effect.orDie(Layer.build(Shop.connector.layer({ name, config: Shop.config })))
        const { read } = Context.get(context, Source.Source)
        return Record.map(
          Shop.streams,
          (_, name): Connector.Reader =>
            (options) => {
              const found = read(name, options)
              return isChanged(name) ? pages(found, options, client) : found
            }
        )
      })
  })
}

/** The same with other words of how the service is asked. */
const asking = (options: Partial<SourceHttp.Options>, hosts = identity.hosts) =>
  Rest.connector({
    ...identity,
    hosts,
    config: Shop.settings,
    streams: Shop.streams,
    service: ({ apiKey, baseUrl }) => ({ service: "Shop", baseUrl, auth: Auth.header("x-api-key", apiKey), ...options })
  })

const mapped =
  (change: (row: Row.Row) => Row.Row) =>
  (spec: Source.StreamSpec): Source.StreamSpec => ({
    ...spec,
    map: (record) => {
      const mapped = spec.map(record)
      return mapped._tag === "Row" ? { ...mapped, row: change(mapped.row) } : mapped
    }
  })

export const repeatsValues = Rest.connector({
  ...identity,
  config: Schema.Struct({
    ...Shop.settings.fields,
    apiKey: Schema.Redacted(
      Schema.String.pipe(
        Schema.filter((text) => /^[\x21-\x7e]+$/.test(text), { message: ({ actual }) => `${actual} is no key` })
      )
    )
  }),
  streams: Shop.streams,
  service: ({ apiKey, baseUrl }) => ({ service: "Shop", baseUrl, auth: Auth.header("x-api-key", apiKey) })
})

export const unknownColumn = altered({ spec: mapped((row) => ({ ...row, surprise: 1 })), only: "orders" })

export const rejects = altered({
  spec: (spec) => ({
    ...spec,
    map: (record) =>
      Predicate.hasProperty(record, "id") && record.id === 5
        ? { _tag: "Rejected", rejection: { code: "wrong_type", path: "total" }, key: '["5"]' }
        : spec.map(record)
  }),
  only: "orders"
})

export const sharedKeys = altered({
  spec: mapped((row) => ({ ...row, order_id: String(Number(row.order_id) % 3) })),
  only: "orders"
})

/** A watermark that falls where a run lists nothing. */
export const fallingCursor = altered({
  pages: (pages) =>
    Stream.map(pages, (page) =>
      page.cursor === undefined || page.records > 0
        ? page
        : { ...page, cursor: { partitions: { "": { updatedAt: "2020-01-01T00:00:00Z", seen: {} } } } }
    ),
  only: "orders"
})

export const cursorWithDate = altered({
  pages: (pages) => Stream.map(pages, (page) => (page.next === null ? page : { ...page, next: new Date(0) })),
  only: "notes"
})

export const forgetsAPage = altered({
  pages: (pages, { position }) => (position === null ? pages : Stream.drop(pages, 1)),
  only: "orders"
})

const decoder = new TextDecoder()

const uids = ({ body }: Source.Page): ReadonlyArray<string> =>
  Schema.decodeUnknownSync(Schema.parseJson(Schema.Array(Schema.Struct({ uid: Schema.String }))))(
    decoder.decode(body)
  ).map(({ uid }) => uid)

/** Takes a repeated item for the end of the list. */
export const stopsAtKnown = altered({
  pages: (pages) => {
    let last: string | undefined
    return Stream.takeWhile(pages, (page) => {
      const [first] = uids(page)
      const known = first !== undefined && first === last
      last = uids(page).at(-1)
      return !known
    })
  },
  only: "notes"
})

export const alwaysFresh = altered({
  pages: (pages) => Stream.map(pages, (page) => ({ ...page, fresh: page.records })),
  only: "orders"
})

/** Asks twice at a time before it begins. */
export const asksAtOnce = altered({
  pages: (pages, _, client) => {
    const ask = client.get("https://api.shop.example/v1/notes?page=1", { headers: { "x-api-key": Shop.KEY } })
    const twice = Effect.ignore(Effect.timeout(Effect.all([ask, ask], { concurrency: 2 }), "5 seconds"))
    return Stream.unwrap(Effect.as(twice, pages))
  },
  only: "notes"
})

export const hasty = asking({
  classify: ({ status }) => (status === 429 ? { _tag: "WaitGrowing", millis: 5000 } : undefined)
})

/** Goes wherever it is sent, and takes the key along. */
export const trusting = altered({
  pages: (pages, _, client) =>
    Stream.catchAll(pages, (error) =>
      error.reason === "Redirected"
        ? Stream.unwrap(
            Effect.as(
              Effect.ignore(client.get("https://elsewhere.invalid/v1", { headers: { "x-api-key": Shop.KEY } })),
              Stream.fail(error)
            )
          )
        : Stream.fail(error)
    )
})

export const endsSilently = asking({ classify: ({ status }) => (status === 404 ? Policy.use : undefined) })

export const dies = altered({
  pages: (pages) => Stream.catchAll(pages, (error) => Stream.die(new TypeError(error.detail)))
})

export const hangs = altered({
  pages: (pages) => Stream.catchAll(pages, () => Stream.never),
  only: "notes"
})

export const blamesWrongly = asking({
  classify: ({ status, summary }) => (status === 401 ? Policy.giveUp("NotFound", summary) : undefined)
})

export const repeatsWords = asking({
  classify: ({ json, status }) =>
    status === 400 && Predicate.hasProperty(json, "message")
      ? Policy.giveUp("Rejected", `the shop says: ${String(json.message)}`)
      : undefined
})

export const logsKey = altered({
  pages: (pages) => Stream.tap(pages, () => Effect.logDebug(`asked with ${Shop.KEY}`))
})

const isOrder = (record: unknown): record is { seen?: boolean } => Predicate.isRecord(record)

export const marksRecords = altered({
  spec: (spec) => ({
    ...spec,
    map: (record) => {
      if (isOrder(record)) record.seen = true
      return spec.map(record)
    }
  }),
  only: "orders"
})

export const countsYears = altered({
  spec: mapped((row) => ({ ...row, total: new Date().getFullYear() - 2020 })),
  only: "orders"
})

export const wrongRecipe = altered({
  spec: (spec) => ({
    ...spec,
    contract: {
      ...spec.contract,
      recipes: (spec.contract.recipes ?? []).map((recipe) => ({ ...recipe, dimensions: ["total"] }))
    }
  }),
  only: "orders"
})

export const undeclaredHost = asking({}, ["api.shop.example", "cdn.shop.example"])
