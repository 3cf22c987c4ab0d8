// What `inlet doctor` finds on this computer, each thing in order and not, with its fix.
import { chmodSync, mkdirSync, writeFileSync } from "node:fs"
import { mkdir, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import { assert, describe, it } from "@effect/vitest"
import Database from "better-sqlite3"
import * as Effect from "effect/Effect"
import { link } from "../support/Cycling.ts"
import { folder, type Options } from "../support/Inlet.ts"
import { type World, world } from "../support/World.ts"
import * as Findings from "./Findings.ts"

const preloaded = (file: string, env: Options["env"] = {}): Options => ({
  env: { NODE_OPTIONS: `--import=${pathToFileURL(fileURLToPath(new URL(file, import.meta.url))).href}`, ...env }
})

const here = world({ repositories: ["acme/app"], streams: ["releases"] })

/** Without a request: what is looked at is on this computer. */
const look = (it: World, args: ReadonlyArray<string> = [], options: Options = {}) =>
  Findings.look({ run: it.run, secrets: [it.databox.apiKey, it.github.token] }, ["--offline", ...args], options)

describe("the configuration", () => {
  it.scopedLive("that is wrong is told with its place; what needs none is looked at all the same", () =>
    Effect.gen(function* () {
      const it = yield* here
      yield* it.write("inlet.yaml", "sources: {}\n")
      const { exit, findings, of } = yield* look(it)
      assert.strictEqual(exit, 2)
      assert.deepInclude(of("configuration"), { status: "failure", code: "E_CONFIG" })
      assert.match(of("configuration").message, /^inlet\.yaml/)
      assert.match(of("configuration").fix ?? "", /^Mend inlet\.yaml/)
      assert.deepStrictEqual(Findings.wrong(findings), [
        "configuration failure",
        "connector skipped",
        "databox skipped",
        "datasets skipped",
        "source skipped",
        "clock skipped"
      ])
      for (const { message, status } of findings) {
        if (status === "skipped") assert.match(message, /the configuration is not in order|--offline/)
      }
    })
  )

  it.scopedLive("that is nowhere leaves nothing to look at", () =>
    Effect.gen(function* () {
      const it = yield* here
      const { exit, findings, of } = yield* look(it, ["--config", "nowhere.yaml"])
      assert.strictEqual(exit, 2)
      assert.include(of("configuration").message, "There is no file")
      assert.isTrue(findings.every(({ check, status }) => check === "configuration" || status === "skipped"))
    })
  )

  it.scopedLive("that refers to a variable which is not set names it", () =>
    Effect.gen(function* () {
      const it = yield* here
      const { exit, of } = yield* look(it, [], { env: { GITHUB_TOKEN: "" } })
      assert.strictEqual(exit, 2)
      assert.include(of("configuration").message, "the environment variable GITHUB_TOKEN is not set")
    })
  )
})

const DATABOX = "databox:\n  apiKey: ${DATABOX_API_KEY}\nsources:\n"

const GITHUB = ['connector: "@inlet/connector-github"', "config: { repositories: [acme/app] }"]

const source = (name: string, lines: ReadonlyArray<string>) =>
  `  ${name}:\n${lines.map((line) => `    ${line}\n`).join("")}`

/** A connector's package in a folder beside the configuration. */
const connector = (it: World, name: string, inlet: object, code: string) =>
  Effect.promise(async () => {
    const at = join(it.cwd, name)
    await mkdir(at)
    const manifest = { name, version: "1.0.0", type: "module", exports: "./index.js" }
    const said = { api: 1, connector: "./index.js", streams: ["things"], auth: "none", hosts: [], ...inlet }
    await writeFile(join(at, "package.json"), JSON.stringify({ ...manifest, inlet: said }))
    await writeFile(join(at, "index.js"), code)
  })

describe("a connector", () => {
  it.scopedLive(
    "that is missing, of another API, or without the stream is told apart from those that are in order",
    () =>
      Effect.gen(function* () {
        const it = yield* here
        yield* connector(it, "newer", { api: 2 }, "")
        yield* connector(it, "crashing", {}, "throw new Error('it is broken')")
        yield* it.write(
          "inlet.yaml",
          [
            DATABOX,
            source("good", GITHUB),
            source("streamless", [...GITHUB, "streams: [realeases]"]),
            source("misconfigured", [GITHUB[0] ?? "", "config: { repositories: [] }"]),
            source("absent", ['connector: "@acme/nowhere"']),
            source("newer", ["connector: ./newer"]),
            source("crashing", ["connector: ./crashing"])
          ].join("")
        )
        const { exit, findings, of } = yield* look(it)
        assert.strictEqual(exit, 50)
        assert.deepInclude(of("connector", "good"), { status: "ok" })
        assert.match(of("connector", "good").message, /^@inlet\/connector-github \S+, API 1: 11 of its 11 streams$/)
        for (const [name, code, words] of [
          ["streamless", "E_CONFIG", /there is no stream realeases/],
          ["misconfigured", "E_CONFIG", /sources\.misconfigured\.config\.repositories/],
          ["absent", "E_CONFIG", /npm install @acme\/nowhere/],
          ["newer", "E_CONFIG", /npm install @inlet\/runner@latest/],
          ["crashing", "E_CONNECTOR", /cannot be loaded/]
        ] as const) {
          assert.deepInclude(of("connector", name), { status: "failure", code })
          assert.match(of("connector", name).message, words)
        }
        assert.deepStrictEqual(
          findings.filter(({ check }) => check === "source").map(({ source }) => source),
          ["good"]
        )
      })
  )

  it.scopedLive("beside another one that writes the same dataset is refused", () =>
    Effect.gen(function* () {
      const it = yield* here
      yield* link(it.cwd)
      yield* connector(
        it,
        "twin",
        { streams: ["requests"] },
        `import { Column, Connector, Dataset } from "@inlet/sdk"
import * as Schema from "effect/Schema"
const meaning = "What it is."
const { contract, map } = Dataset.make(
  { stream: "requests", version: 1, primaryKey: "id", time: "at", meaning },
  { id: Column.id("id", { meaning }), at: Column.timestamp("at", { meaning }) }
)
export default Connector.define({ name: "twin", version: "1.0.0", hosts: [], config: Schema.Struct({}), make: () => { throw 1 },
  streams: { requests: { contract, map, records: () => [] } } })`
      )
      yield* it.write("inlet.yaml", `${DATABOX}${source("a_pull", ["connector: ./twin"])}${source("a", GITHUB)}`)
      const { exit, findings } = yield* look(it)
      assert.strictEqual(exit, 2)
      const [refused] = findings.filter(({ status }) => status === "failure")
      assert.strictEqual(refused?.code, "E_CONFIG")
      assert.include(refused?.message, "would both write the dataset a_pull_requests; rename one")
    })
  )
})

describe("the store", () => {
  it.scopedLive("is in order where it is to be made, and where it is there; nothing of it is made by looking", () =>
    Effect.gen(function* () {
      const it = yield* here
      const before = yield* look(it)
      assert.strictEqual(before.exit, 0)
      assert.deepInclude(before.of("store"), { status: "ok", message: `${it.store} is made by the first sync` })
      assert.isFalse(it.hasStore())
      yield* it.run(["sync"])
      const after = yield* look(it)
      assert.strictEqual(after.of("store").status, "ok")
      assert.match(after.of("store").message, /inlet\.db: \d+ events$/)
    })
  )

  it.scopedLive("that cannot be made, is newer, damaged, or not ours to write fails with exit 40", () =>
    Effect.gen(function* () {
      const it = yield* here
      const failed = (code: string, fix: RegExp, args: ReadonlyArray<string> = [], options: Options = {}) =>
        Effect.map(look(it, args, options), ({ exit, of }) => {
          assert.strictEqual(exit, 40)
          assert.deepInclude(of("store"), { status: "failure", code })
          assert.match(of("store").fix ?? "", fix)
        })
      yield* failed("E_STORE_OPEN", /--store/, ["--store", "inlet.yaml/inlet.db"])
      yield* it.run(["sync"])
      const nobody = preloaded("../support/storage.mjs", { STORE_OPENER: "nobody" })
      for (const folder of [it.cwd, dirname(it.store)]) chmodSync(folder, 0o755)
      chmodSync(it.store, 0o444)
      yield* failed("E_STORE_READ_ONLY", /writable/, [], nobody)
      chmodSync(it.store, 0o600)
      const tip = `${it.store}.tip`
      writeFileSync(tip, JSON.stringify({ position: 9999, hash: "aa", at: "2026-01-01T00:00:00.000Z" }))
      yield* failed("E_STORE_DAMAGED", /inlet verify/)
      const sql = new Database(it.store)
      sql.pragma("user_version = 99")
      sql.close()
      yield* failed("E_STORE_NEWER", /Update Inlet/)
    })
  )
})

describe("the disk", () => {
  it.scopedLive("has room, has little, or has next to none", () =>
    Effect.gen(function* () {
      const it = yield* here
      const disk = (free: number) =>
        Effect.map(look(it, [], preloaded("statfs.mjs", { DISK_FREE: String(free) })), ({ exit, of }) => ({
          exit,
          disk: of("disk")
        }))
      const roomy = yield* disk(5e9)
      assert.deepInclude(roomy.disk, { status: "ok", message: "5.0 GB free" })
      const tight = yield* disk(600e6)
      assert.deepStrictEqual([tight.exit, tight.disk.status], [0, "warning"])
      assert.match(tight.disk.fix ?? "", /inlet prune/)
      const full = yield* disk(20e6)
      assert.deepStrictEqual([full.exit, full.disk.code], [40, "E_STORE_FULL"])
      assert.match(full.disk.fix ?? "", /Make room/)
    })
  )
})

describe("the key", () => {
  it.scopedLive("is made by the first sign-in, is the one that is given, or is none", () =>
    Effect.gen(function* () {
      const it = yield* here
      const XDG_CONFIG_HOME = yield* folder()
      const none = yield* look(it, [], { env: { XDG_CONFIG_HOME } })
      assert.include(none.of("key").message, "is made by the first inlet login")
      const given = yield* look(it, [], { env: { INLET_KEY: Buffer.alloc(32, 7).toString("base64") } })
      assert.include(given.of("key").message, "encrypted with the variable INLET_KEY")
      const broken = yield* look(it, [], { env: { INLET_KEY: "canary" } })
      assert.strictEqual(broken.exit, 10)
      assert.deepInclude(broken.of("key"), { status: "failure", code: "E_KEY_MISSING" })
      assert.notInclude(JSON.stringify(broken.findings), "canary")
      mkdirSync(join(XDG_CONFIG_HOME, "inlet"))
      const file = join(XDG_CONFIG_HOME, "inlet", "key")
      writeFileSync(file, `${Buffer.alloc(32, 7).toString("base64")}\n`)
      chmodSync(file, 0o644)
      const exposed = yield* look(it, [], { env: { XDG_CONFIG_HOME } })
      assert.deepStrictEqual([exposed.exit, exposed.of("key").code], [10, "E_KEY_EXPOSED"])
      assert.include(exposed.of("key").message, `chmod 600 ${file}`)
    })
  )
})

describe("traces", () => {
  it.scopedLive("are kept, are not wanted, or cannot be kept, which fails nothing", () =>
    Effect.gen(function* () {
      const it = yield* here
      assert.strictEqual((yield* look(it)).of("traces").message, join(it.cwd, ".inlet", "traces"))
      const off = yield* look(it, [], { env: { INLET_TRACE_FILE: "off" } })
      assert.include(off.of("traces").message, "not kept")
      const { exit, of } = yield* look(it, [], { env: { INLET_TRACE_FILE: join(it.cwd, "inlet.yaml", "traces") } })
      assert.deepStrictEqual([exit, of("traces").status], [0, "warning"])
      assert.match(of("traces").fix ?? "", /INLET_TRACE_FILE/)
    })
  )
})
