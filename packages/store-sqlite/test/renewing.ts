// A process that signs in with the tokens of a store once it is told to, and says what it got. It renews them at a service on
// loopback; told so, it stops where it was about to keep the new ones, to be killed there.
import { createSecretKey } from "node:crypto"
import { Connection, Connections, Source } from "@inlet/core"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Redacted from "effect/Redacted"
import { SqliteStore } from "../src/index.ts"
import { issued, keysOf, STRAVA } from "./Tokens.ts"

const [filename = "", key = "", service = "", stop = ""] = process.argv.slice(2)

const say = (text: string) => Effect.sync(() => void process.stdout.write(`${text}\n`))

const refuse = (reason: "Unauthorized" | "Unavailable") =>
  new Source.SourceError({ reason, detail: "the service says no", status: null, retryAt: null })

const renew: Connections.Want["renew"] = (old) =>
  Effect.gen(function* () {
    if (stop === "before") yield* Effect.zipRight(say("stopped"), Effect.never)
    const refresh = old?.refresh
    if (!refresh) return yield* refuse("Unauthorized")
    const answer = yield* Effect.tryPromise({
      try: async () => {
        const response = await fetch(service, { method: "POST", body: Redacted.value(refresh) })
        return { ok: response.ok, text: await response.text() }
      },
      catch: () => refuse("Unavailable")
    })
    if (!answer.ok) return yield* refuse("Unauthorized")
    if (stop === "after") yield* Effect.zipRight(say("stopped"), Effect.never)
    return issued(answer.text)
  })

const started = Effect.async<void>((resume) => {
  process.stdin.once("data", () => resume(Effect.void))
})

const program = Effect.gen(function* () {
  const { tokens } = yield* Connections.Connections
  yield* say("ready")
  yield* started
  const got = yield* Effect.either(tokens({ connection: STRAVA, ahead: 0, refused: Redacted.make("access-1"), renew }))
  yield* say(Either.isRight(got) ? Redacted.value(got.right.access) : got.left.reason)
  if (stop === "kept") yield* Effect.never
  process.stdin.pause()
})

const keys = keysOf(createSecretKey(key, "hex"))

// Its standard output is read line by line: the log has no place there.
Effect.runFork(
  Effect.provide(
    program,
    Layer.merge(
      Layer.provideMerge(Connection.layer, SqliteStore.layerWithTokens({ filename, keys })),
      Logger.remove(Logger.defaultLogger)
    )
  )
)
