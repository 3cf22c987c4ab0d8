// `inlet connector record`: cassettes of what a service answers and of what a run has recorded, both good for the kit and without
// a word that is somebody's.
import { readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { assert, describe, it } from "@effect/vitest"
import github from "@inlet/connector-github"
import { Cassette, check } from "@inlet/sdk/conformance"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { type World, world } from "../support/World.ts"

const folder = pathToFileURL(`${join(import.meta.dirname, "../../../../packages/connector-github")}/`)

/** Null where the account is gone. */
const User = Schema.NullOr(Schema.Struct({ login: Schema.String }))
const loginOf = (user: unknown) => Schema.decodeUnknownSync(User)(user)?.login ?? []

/** The cassette in a file, once nothing in it tells of anybody, and once the connector keeps to the laws by it. */
const proven = Effect.fnUntraced(function* (it: World, file: string) {
  const text = yield* Effect.promise(() => readFile(join(it.cwd, file), "utf8"))
  assert.notInclude(text, it.github.token)
  assert.notInclude(text, new URL(it.github.url).host)
  const people = (yield* it.objects("acme/app", "issues")).flatMap(({ user }) => loginOf(user))
  assert.isAbove(people.length, 100)
  for (const login of new Set(people)) assert.notInclude(text, login)
  const cassette = yield* Effect.mapError(Cassette.parse(text), ({ message }) => message)
  const config = { repositories: ["acme/app"], token: "ghp_made_up" }
  const { lacks = [] } = cassette
  const violations = yield* check(github, {
    config,
    cassette,
    folder,
    concurrency: 4,
    meant: [{ status: 410, because: "a repository has the feature switched off, so that its list is empty" }],
    without: Object.fromEntries(
      [...github.streams.keys()].filter((name) => name !== "issues").map((name) => [name, "-"])
    )
  })
  assert.deepStrictEqual(
    violations.map(({ message }) => message),
    []
  )
  return { interactions: cassette.interactions.length, lacks }
})

const one = { repositories: ["acme/app"], streams: ["issues"] }

describe("inlet connector record", () => {
  it.scopedLive("asks the service twice, and leaves a file alone that is there", () =>
    Effect.gen(function* () {
      const it = yield* world(one)
      const args = ["connector", "record", "--stream", "issues", "--out", "cassette.json"]
      const { code, stdout } = yield* it.run([...args, "--json"])
      assert.strictEqual(code, 0)
      const { interactions, lacks } = yield* proven(it, "cassette.json")
      assert.deepInclude(JSON.parse(stdout), { interactions, lacks, without: {} })
      assert.notInclude(lacks, "unchanged-second-run")

      yield* Effect.promise(() => writeFile(join(it.cwd, "cassette.json"), "mine"))
      const refused = yield* it.refusal(args)
      assert.deepInclude(refused.error, { fix: "Give another name, or replace it with --force." })
      assert.strictEqual(yield* Effect.promise(() => readFile(join(it.cwd, "cassette.json"), "utf8")), "mine")
    })
  )

  it.scopedLive("takes what a run has recorded, and asks nobody", () =>
    Effect.gen(function* () {
      const it = yield* world(one)
      const { runs } = yield* it.report("sync")
      const run = runs[0]?.run ?? ""
      const before = (yield* it.journal(it.github.url)).entries.length
      const args = ["connector", "record", "--from-run", run, "--out", "cassette.json"]
      const { code, stderr } = yield* it.run(args)
      assert.strictEqual(code, 0, stderr)
      assert.strictEqual((yield* it.journal(it.github.url)).entries.length, before)
      const { lacks } = yield* proven(it, "cassette.json")
      assert.includeMembers([...lacks], ["unchanged-second-run"])

      const unknown = yield* it.refusal(["connector", "record", "--from-run", "20260101T000000-nobody", "--force"])
      assert.include(unknown.error.message, "has recorded nothing in 20260101T000000-nobody")
      assert.strictEqual(unknown.code, 2)
    })
  )
})
