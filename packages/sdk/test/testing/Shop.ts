// A little service in memory and the right connector for it: orders by what changed, by pages with a cursor, and notes with the
// newest first, by pages with numbers.
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import { Budget, Connections } from "@inlet/core"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { Auth, Column, Config, Dataset, Order, Pages, Rest, RestStream } from "../../src/index.ts"

export const KEY = "k-secret-canary"

const time = (minute: number) => new Date(Date.UTC(2026, 0, 5, 8, minute)).toISOString().replace(".000", "")

/** Most of them changed at one time, so that only the cursor leads on. */
const order = (id: number) => ({
  id,
  state: id % 2 === 0 ? "open" : "paid",
  total: id * 10.5,
  customer: { email: `person${id}@private.example`, phone: 4_915_550_000 + id },
  remark: `Please ring twice, says Margarethe number ${id}`,
  url: `https://shop.example/orders/${id}`,
  updated_at: time(id > 1 && id < 7 ? 2 : id)
})

const note = (id: number) => ({
  uid: `note-${id}-a1b2c3d4`,
  text: `Seen by Margarethe ${id}`,
  kind: "call",
  changed: time(100 - id)
})

export const orders = Array.from({ length: 7 }, (_, index) => order(index + 1))
export const notes = Array.from({ length: 5 }, (_, index) => note(index + 1))

const json = (body: unknown, headers: Record<string, string> = {}, status = 200) =>
  new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json", ...headers } })

/** The service's answer: three orders, or two notes, a page. */
export const answer = (url: URL, headers: Readonly<Record<string, string | undefined>>): Response => {
  if (headers["x-api-key"] !== KEY) return json({ message: "who are you?" }, {}, 401)
  const { pathname, searchParams } = url
  if (pathname === "/v1/orders") {
    const since = searchParams.get("updated_since") ?? ""
    const from = Number(searchParams.get("cursor")?.replace("token-", "") ?? 0)
    const found = orders.filter(({ updated_at }) => updated_at >= since)
    const more = from + 3 < found.length
    return json({
      data: found.slice(from, from + 3),
      next_cursor: more ? `token-${from + 3}` : null,
      account: { owner: "Margarethe Muster", plan: "large" }
    })
  }
  if (pathname === "/v1/notes") {
    const page = Number(searchParams.get("page"))
    return json(notes.slice((page - 1) * 2, page * 2), { etag: `"notes-${page}"`, "x-ratelimit-remaining": "99" })
  }
  return json({ message: "not here" }, {}, 404)
}

/** The service as a client, and what it was asked. */
export const client = (asked: Array<string> = []) =>
  HttpClient.make((request, url) =>
    Effect.sync(() => {
      asked.push(`${url.pathname}${url.search}`)
      return HttpClientResponse.fromWeb(request, answer(url, request.headers))
    })
  )

export const services = (asked?: Array<string>) =>
  Layer.mergeAll(Layer.succeed(HttpClient.HttpClient, client(asked)), Budget.layerMemory, Connections.layerMemory)

const orderData = Dataset.make(
  {
    stream: "orders",
    version: 1,
    primaryKey: "order_id",
    time: "updated_at",
    meaning: "The orders.",
    recipes: [
      {
        name: "Paid",
        value: "total",
        aggregation: "sum",
        date: "updated_at",
        dimensions: ["state"],
        filters: [{ column: "state", is: ["paid"] }],
        reading: "What was paid."
      }
    ]
  },
  {
    order_id: Column.id("id", { meaning: "The id." }),
    state: Column.text("state", { meaning: "open or paid." }),
    total: Column.number("total", { meaning: "The sum.", unit: "euro" }),
    customer: Column.text("customer.email", { meaning: "Who ordered.", personal: true }),
    phone: Column.id("customer.phone", { meaning: "Their number.", personal: true }),
    updated_at: Column.timestamp("updated_at", { meaning: "When it changed." })
  }
)

const noteData = Dataset.make(
  { stream: "notes", version: 1, primaryKey: "note_id", time: "changed_at", meaning: "The notes." },
  {
    note_id: Column.id("uid", { meaning: "The id." }),
    kind: Column.text("kind", { meaning: "What about." }),
    changed_at: Column.timestamp("changed", { meaning: "When it changed." })
  }
)

export const streams = {
  orders: RestStream.make({
    dataset: orderData,
    template: "/v1/orders",
    items: "data",
    query: { limit: 3, sort: "updated_at" },
    pages: Pages.cursor({ from: "next_cursor", parameter: "cursor" }),
    order: Order.ascending("updated_since"),
    time: "updated_at"
  }),
  notes: RestStream.make({
    dataset: noteData,
    template: "/v1/notes",
    pages: Pages.page(),
    order: Order.newestFirst,
    id: "uid",
    time: "changed"
  })
}

export const settings = Schema.Struct({
  apiKey: Config.secret,
  baseUrl: Config.baseUrl("https://api.shop.example")
})

export const connector = Rest.connector({
  name: "inlet-connector-shop",
  version: "1.2.3",
  config: settings,
  hosts: ["api.shop.example"],
  streams,
  service: ({ apiKey, baseUrl }) => ({ service: "Shop", baseUrl, auth: Auth.header("x-api-key", apiKey) })
})

export const config = { apiKey: KEY }
export const configured = { name: "shop", config }
