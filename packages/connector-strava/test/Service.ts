// The Strava emulator with its control surface, and what it holds.
import { StravaEmulator } from "@inlet/emulators"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/TestClock"
import type { SignedIn } from "./Reading.ts"

const Ids = Schema.Struct({ added: Schema.Array(Schema.Int) })
const Items = Schema.Array(
  Schema.Struct({ id: Schema.Int, start_date: Schema.String }, { key: Schema.String, value: Schema.Unknown })
)
const Journal = Schema.Struct({
  entries: Schema.Array(
    Schema.Struct({
      method: Schema.String,
      path: Schema.String,
      query: Schema.String,
      status: Schema.NullOr(Schema.Int)
    })
  )
})

/** 12 hours and some into a day, and some into a quarter of an hour. */
export const NOW = new Date("2026-11-24T12:05:00Z")

type Scope = "read" | "activity:read"

/** The first athlete, with all scopes unless told. */
const signedIn = ({ tokens }: StravaEmulator.Started, ...scopes: ReadonlyArray<Scope>): SignedIn["tokens"] =>
  tokens.issue(scopes.length === 0 ? {} : { scopes })

export const start = Effect.fnUntraced(function* (options?: StravaEmulator.Options) {
  yield* TestClock.setTime(NOW.getTime())
  const emulator = yield* Effect.orDie(StravaEmulator.start(options))

  const control = (method: string, path: string, body?: object) =>
    Effect.promise(async (): Promise<unknown> => {
      const response = await fetch(`${emulator.url}/_emulator/${path}`, {
        method,
        ...(body !== undefined && { body: JSON.stringify(body) })
      })
      const text = await response.text()
      if (!response.ok) throw new Error(`${method} ${path}: ${text}`)
      return text === "" ? null : JSON.parse(text)
    })

  return {
    ...emulator,
    tokens: signedIn(emulator),
    /** Tokens to which activities that only the athlete sees are not shown. */
    narrow: signedIn(emulator, "read", "activity:read"),
    scopeless: signedIn(emulator, "read"),
    revoke: (athlete: number) => Effect.sync(() => emulator.tokens.revoke(athlete)),
    behave: (behaviour: object) => control("PUT", "behaviour", behaviour),
    add: (facts: object) =>
      Effect.map(control("POST", "add", facts), (answer) => Schema.decodeUnknownSync(Ids)(answer).added),
    touch: (id: number | undefined, facts: object = {}) => control("POST", "touch", { id, ...facts }),
    remove: (id: number | undefined) => control("POST", "remove", { id }),
    fault: (action: object, match: object = {}, times = 1) => control("POST", "faults", { match, times, action }),
    /** What is there now, activities newest first. */
    items: (kind: "activities" | "details" = "activities") =>
      Effect.map(control("GET", `items?kind=${kind}`), Schema.decodeUnknownSync(Items)),
    gear: Effect.map(control("GET", "items?kind=gear"), Schema.decodeUnknownSync(Schema.Array(Schema.Unknown))),
    asked: Effect.map(control("GET", "journal"), (journal) => Schema.decodeUnknownSync(Journal)(journal).entries)
  }
})

export type Service = Effect.Effect.Success<ReturnType<typeof start>>
