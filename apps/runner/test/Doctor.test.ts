// `inlet doctor` as people read it: a line a check, in an order, each failure with what to do next.
import { mkdirSync, writeFileSync } from "node:fs"
import { dirname } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { world } from "./support/World.ts"

const here = world({ repositories: ["acme/app"], streams: ["releases"] })

/** Each finding's status, check and source, in their order. */
const lines = (stdout: string) =>
  [...stdout.matchAll(/^(ok|warning|failure|skipped) +([a-z]+(?: [a-z]+)?): .+$/gm)].map(([, ...said]) =>
    said.join(" ")
  )

describe("inlet doctor", () => {
  it.scopedLive("tells of every check, from what is here to what others answer", () =>
    Effect.gen(function* () {
      const it = yield* here
      const { code, stderr, stdout } = yield* it.run(["doctor"])
      assert.strictEqual(code, 0, stdout)
      assert.strictEqual(stderr, "")
      assert.deepStrictEqual(lines(stdout), [
        "ok configuration",
        "ok connector github",
        "ok store",
        "ok disk",
        "ok key",
        "ok traces",
        "ok databox",
        "ok datasets",
        "ok source github",
        "ok collector",
        "ok clock"
      ])
      assert.lengthOf(stdout.trimEnd().split("\n"), 11)
      assert.notInclude(stdout, "\u001b")
    })
  )

  it.scopedLive("ends with the gravest of what is wrong, and tells what to do about each", () =>
    Effect.gen(function* () {
      const it = yield* here
      const wrong = { env: { DATABOX_API_KEY: "pak_another", GITHUB_TOKEN: "ghp_another" } }
      const two = yield* it.run(["doctor"], wrong)
      assert.strictEqual(two.code, 11)
      assert.match(two.stdout, /^failure {2}databox: .*\n {9}next: Put a valid Databox API key/m)
      assert.match(two.stdout, /^skipped {2}datasets: not looked at/m)
      assert.match(two.stdout, /^failure {2}source github: .*\n {9}next: Put a valid credential/m)
      mkdirSync(dirname(it.store))
      writeFileSync(it.store, "this is no store, and never was one")
      const three = yield* it.run(["doctor"], wrong)
      assert.strictEqual(three.code, 40)
      assert.match(three.stdout, /^failure {2}store: /m)
      for (const secret of Object.values(wrong.env)) assert.notInclude(two.stdout + three.stdout, secret)
    })
  )
})
