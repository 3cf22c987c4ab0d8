// What the tests of the GitHub emulator share: a plain client over a real socket, and the few fields they look at.
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { GitHubEmulator } from "../src/index.ts"

export const Item = Schema.Struct({
  id: Schema.Int,
  number: Schema.Int,
  state: Schema.Literal("open", "closed"),
  comments: Schema.optional(Schema.Int),
  created_at: Schema.String,
  updated_at: Schema.String,
  closed_at: Schema.NullOr(Schema.String),
  merged_at: Schema.optional(Schema.NullOr(Schema.String)),
  pull_request: Schema.optional(Schema.Struct({ merged_at: Schema.NullOr(Schema.String) }))
})
export type Item = typeof Item.Type

const Brief = Schema.Struct({ id: Schema.Int, number: Schema.Int, updated_at: Schema.String })

const decodeItems = Schema.decodeSync(Schema.parseJson(Schema.Array(Item)))
const decodeBriefs = Schema.decodeSync(Schema.parseJson(Schema.Array(Brief)))

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

/** Reads a JSON text as what a schema says. */
export const reader = <A, I>(schema: Schema.Schema<A, I>) => Schema.decodeSync(Schema.parseJson(schema))

/** What `add` of the control surface says. */
const added = <A, I>(id: Schema.Schema<A, I>) =>
  Schema.Struct({ now: Schema.String, added: Schema.Array(Schema.Struct({ number: Schema.Int, id })) })
export const readAdded = reader(added(Schema.Int))
export const readAddedCommits = reader(added(Schema.String))

/** The address that a Link header gives for a relation. */
export const link = (headers: Headers, rel: string): string | undefined =>
  new RegExp(`<([^>]+)>; rel="${rel}"`).exec(headers.get("link") ?? "")?.[1]

export const start = Effect.fnUntraced(function* (options: GitHubEmulator.Options = {}) {
  const emulator = yield* GitHubEmulator.start(options)

  const send = (method: string, target: string, headers: Record<string, string>, body?: unknown) =>
    Effect.promise(async (): Promise<Answer> => {
      const response = await fetch(new URL(target, emulator.url), {
        method,
        headers,
        redirect: "manual",
        ...(body === undefined ? {} : { body: JSON.stringify(body) })
      })
      return { status: response.status, headers: response.headers, text: await response.text() }
    })

  const bearer = { authorization: `Bearer ${emulator.token}` }
  const get = (target: string, headers: Record<string, string> = {}) => send("GET", target, { ...bearer, ...headers })
  const control = (method: string, name: string, body?: unknown) => send(method, `/_emulator/${name}`, {}, body)

  /** Follows `next` to the end; `between` runs after each page. */
  const walk = Effect.fnUntraced(function* (
    target: string,
    between: (page: number) => Effect.Effect<unknown> = () => Effect.void
  ) {
    const pages: Array<ReadonlyArray<Item>> = []
    const answers: Array<Answer> = []
    let next: string | undefined = target
    while (next !== undefined) {
      const answer: Answer = yield* get(next)
      answers.push(answer)
      pages.push(decodeItems(answer.text))
      yield* between(pages.length)
      next = link(answer.headers, "next")
    }
    return { pages, answers, items: pages.flat() }
  })

  /** Follows `next` to the end; `decode` reads one page. */
  const pages = Effect.fnUntraced(function* <A>(
    target: string,
    decode: (text: string) => ReadonlyArray<A>,
    headers: Record<string, string> = {}
  ) {
    const found: Array<ReadonlyArray<A>> = []
    let next: string | undefined = target
    while (next !== undefined) {
      const answer: Answer = yield* get(next, headers)
      found.push(decode(answer.text))
      next = link(answer.headers, "next")
    }
    return found
  })

  return {
    ...emulator,
    send,
    pages,
    anonymous: (target: string, headers: Record<string, string> = {}) => send("GET", target, headers),
    get,
    items: (target: string) => Effect.map(get(target), ({ text }) => decodeItems(text)),
    walk,
    control,
    /** What the source holds, by number. */
    held: (repository: string, kind: "issues" | "pulls") =>
      Effect.map(control("GET", `items?repository=${repository}&kind=${kind}`), ({ text }) => decodeBriefs(text)),
    heldInFull: (repository: string, kind: "issues" | "pulls") =>
      Effect.map(control("GET", `items?repository=${repository}&kind=${kind}&full=1`), ({ text }) => decodeItems(text))
  }
})
