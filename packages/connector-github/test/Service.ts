// The GitHub emulator with its control surface, and what it holds.
import { GitHubEmulator } from "@inlet/emulators"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

const Items = Schema.Array(Schema.Record({ key: Schema.String, value: Schema.Unknown }))
const Journal = Schema.Struct({
  entries: Schema.Array(
    Schema.Struct({
      path: Schema.String,
      query: Schema.String,
      headers: Schema.Record({ key: Schema.String, value: Schema.String }),
      credential: Schema.String,
      status: Schema.NullOr(Schema.Int)
    })
  )
})

export const start = Effect.fnUntraced(function* (options?: GitHubEmulator.Options) {
  const { token, url } = yield* Effect.orDie(GitHubEmulator.start(options))

  const control = (method: string, path: string, body?: object) =>
    Effect.promise(async (): Promise<unknown> => {
      const response = await fetch(`${url}/_emulator/${path}`, {
        method,
        ...(body !== undefined && { body: JSON.stringify(body) })
      })
      const text = await response.text()
      if (!response.ok) throw new Error(`${method} ${path}: ${text}`)
      return text === "" ? null : JSON.parse(text)
    })

  return {
    url,
    token,
    control,
    touch: (repository: string, number: number, at?: string) =>
      control("POST", "touch", { repository, number, ...(at !== undefined && { at }) }),
    fault: (action: object, match: object = {}, times = 1) => control("POST", "faults", { match, times, action }),
    asked: Effect.map(control("GET", "journal"), (journal) => Schema.decodeUnknownSync(Journal)(journal).entries),
    /** The records of a stream as they are now, by id. */
    items: Effect.fnUntraced(function* (stream: string, ...repositories: ReadonlyArray<string>) {
      const found = new Map<unknown, unknown>()
      const kind = stream === "issues" ? "issues" : "pulls"
      for (const repository of repositories) {
        const items = yield* control("GET", `items?repository=${repository}&kind=${kind}&full=1`)
        for (const item of Schema.decodeUnknownSync(Items)(items)) {
          if (stream === "pull_requests" || item.pull_request === undefined) found.set(item.id, item)
        }
      }
      return found
    })
  }
})

export type Service = Effect.Effect.Success<ReturnType<typeof start>>
