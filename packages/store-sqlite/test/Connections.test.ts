// Real processes that need new tokens of one service at the same moment, or are killed while they get them.
import { type ChildProcess, spawn } from "node:child_process"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { dirname } from "node:path"
import { createInterface } from "node:readline"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { bundled } from "./Program.ts"
import { all, file } from "./Stores.ts"
import { issued, keysOf, newKey, openWith, STRAVA, shown } from "./Tokens.ts"

/** Takes each refresh token once, like those that rotate; `used` are those it took, `refused` those that came again. */
const service = Effect.acquireRelease(
  Effect.promise(async () => {
    const seen: { readonly [Answer in "used" | "refused"]: Array<string> } = { used: [], refused: [] }
    let current = 1
    const server = createServer((request, response) => {
      request.setEncoding("utf8")
      let text = ""
      request.on("data", (piece: string) => {
        text += piece
      })
      request.on("end", () => {
        const good = text === `refresh-${current}`
        seen[good ? "used" : "refused"].push(text)
        if (good) current += 1
        response.writeHead(good ? 200 : 400).end(String(current))
      })
    })
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done))
    return { server, seen }
  }),
  ({ server }) => Effect.sync(() => server.close())
)

/** A process with the store, and the lines that it says. */
const program = (path: string, ...args: ReadonlyArray<string>) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const child = spawn(process.execPath, [path, ...args], { stdio: ["pipe", "pipe", "inherit"] })
      return { child, lines: createInterface(child.stdout)[Symbol.asyncIterator]() }
    }),
    ({ child }) => Effect.sync(() => child.kill("SIGKILL"))
  ).pipe(
    Effect.map(({ child, lines }) => ({
      child,
      line: Effect.promise(async () => String((await lines.next()).value)),
      start: Effect.sync(() => child.stdin.write("go\n"))
    }))
  )

const killed = (child: ChildProcess) =>
  Effect.async<void>((resume) => {
    child.once("exit", () => resume(Effect.void))
    child.kill("SIGKILL")
  })

/** A store that was signed in with `1`, the service that issued it, and processes that find it refused. */
const scene = Effect.gen(function* () {
  const filename = yield* file
  const key = newKey()
  const { events, tokens } = yield* openWith(filename, keysOf(key))
  yield* tokens.replace(STRAVA, 0, issued("1"), "authorized")
  const { seen, server } = yield* service
  const address: AddressInfo | string | null = server.address()
  const port = typeof address === "object" ? address?.port : undefined
  const path = yield* bundled("renewing", dirname(filename))
  const start = (stop = "") => program(path, filename, key.export().toString("hex"), `http://127.0.0.1:${port}/`, stop)
  /** What one more process gets. */
  const next = Effect.scoped(
    Effect.gen(function* () {
      const one = yield* start()
      yield* one.line
      yield* one.start
      return yield* one.line
    })
  )
  const reasons = Effect.map(all(events.read("connection/strava")), (events) =>
    events.map(({ data }) => ("reason" in data ? data.reason : undefined))
  )
  return { seen, start, next, reasons, tokens }
})

/** Starts one that stops there, and kills it. */
const killedAt = (stop: string, { start }: Effect.Effect.Success<typeof scene>) =>
  Effect.scoped(
    Effect.gen(function* () {
      const one = yield* start(stop)
      yield* one.line
      yield* one.start
      const said = yield* one.line
      yield* killed(one.child)
      return said
    })
  )

describe("processes that share a store", () => {
  it.scopedLive("ask once for new tokens, all eight of them that need some at the same moment", () =>
    Effect.gen(function* () {
      const { reasons, seen, start, tokens } = yield* scene
      const eight = yield* Effect.all(
        Array.from({ length: 8 }, () => start()),
        { concurrency: "unbounded" }
      )
      yield* Effect.forEach(eight, ({ line }) => line, { concurrency: "unbounded" })
      yield* Effect.forEach(eight, ({ start }) => start, { concurrency: "unbounded" })
      const got = yield* Effect.forEach(eight, ({ line }) => line, { concurrency: "unbounded" })
      assert.deepStrictEqual(
        got,
        Array.from({ length: 8 }, () => "access-2")
      )
      assert.deepStrictEqual(seen, { used: ["refresh-1"], refused: [] })
      assert.deepStrictEqual(yield* reasons, ["authorized", "refreshed"])
      assert.strictEqual(shown(yield* tokens.get(STRAVA))?.version, 2)
    })
  )

  it.scopedLive("go on where one is killed before it asked, or after it kept what it got", () =>
    Effect.gen(function* () {
      const here = yield* scene
      assert.strictEqual(yield* killedAt("before", here), "stopped")
      assert.deepStrictEqual(here.seen, { used: [], refused: [] })
      assert.strictEqual(yield* here.next, "access-2")
      assert.strictEqual(yield* killedAt("kept", here), "access-2")
      assert.strictEqual(yield* here.next, "access-2")
      assert.deepStrictEqual(here.seen, { used: ["refresh-1"], refused: [] })
      assert.deepStrictEqual(yield* here.reasons, ["authorized", "refreshed"])
    })
  )

  it.scopedLive(
    "ask for a sign-in where one is killed between what the service issued and its keeping, and do not ask it again",
    () =>
      Effect.gen(function* () {
        const here = yield* scene
        assert.strictEqual(yield* killedAt("after", here), "stopped")
        assert.strictEqual(shown(yield* here.tokens.get(STRAVA))?.tokens?.access, "access-1")
        assert.strictEqual(yield* here.next, "Unauthorized")
        assert.deepStrictEqual(here.seen, { used: ["refresh-1"], refused: ["refresh-1"] })
        assert.deepStrictEqual(yield* here.reasons, ["authorized", "invalid"])
        yield* here.tokens.replace(STRAVA, 2, issued("9"), "authorized")
        assert.strictEqual(yield* here.next, "access-9")
      })
  )
})
