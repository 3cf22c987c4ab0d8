// The person's browser is opened by the platform's own program, which gets the address as one word.
import { chmod, readFile, writeFile } from "node:fs/promises"
import { delimiter, join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import * as Browser from "../../src/login/Browser.ts"
import { folder } from "../support/Inlet.ts"

const url = new URL("https://notes.example/auth?a=1&b=$(touch%20x)&state='s'")

/** Runs with another search path. */
const withPath = <A, E, R>(path: string, effect: Effect.Effect<A, E, R>) =>
  Effect.acquireUseRelease(
    Effect.sync(() => {
      const before = process.env.PATH
      process.env.PATH = path
      return before
    }),
    () => effect,
    (before) =>
      Effect.sync(() => {
        process.env.PATH = before
      })
  )

describe.skipIf(process.platform === "win32")("the browser", () => {
  it.scopedLive("gets the address", () =>
    Effect.gen(function* () {
      const cwd = yield* folder()
      const told = join(cwd, "told")
      for (const name of ["xdg-open", "open"]) {
        const program = join(cwd, name)
        yield* Effect.promise(() =>
          writeFile(program, `#!/bin/sh\nprintf '%s|' "$@" > ${told}.part && mv ${told}.part ${told}\n`)
        )
        yield* Effect.promise(() => chmod(program, 0o755))
      }
      yield* withPath([cwd, process.env.PATH].join(delimiter), Browser.open(url))
      const words = yield* Effect.tryPromise(() => readFile(told, "utf8")).pipe(
        Effect.retry(Schedule.spaced("20 millis"))
      )
      assert.strictEqual(words, `${url.href}|`)
    })
  )

  it.scopedLive("is not missed where there is none", () =>
    Effect.gen(function* () {
      const cwd = yield* folder()
      yield* withPath(cwd, Browser.open(url))
      yield* Effect.async<void>((resume) => void setImmediate(() => resume(Effect.void)))
    })
  )
})
