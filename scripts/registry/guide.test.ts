// The guide for authors, done word by word: everything of ours is published to a registry on this computer, and a connector is
// made, published and used from there.
import { execFile } from "node:child_process"
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { delimiter, join } from "node:path"
import { promisify } from "node:util"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { packages } from "../faces.mjs"
import { root } from "../steps.mjs"
import * as Guide from "./Guide.ts"
import * as Registry from "./Registry.ts"
import * as Terminal from "./Terminal.ts"

const execute = promisify(execFile)

/** As on somebody else's computer: nothing of this repository is on the path, and npm and vitest know of no run around them. */
const outside: NodeJS.ProcessEnv = {
  ...Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(npm_|VITEST|NODE_ENV|TEST|INIT_CWD|CI$)/i.test(name))
  ),
  PATH: (process.env.PATH ?? "")
    .split(delimiter)
    .filter((path) => !path.includes("node_modules"))
    .join(delimiter),
  NO_COLOR: "1",
  npm_config_update_notifier: "false",
  // A reader is asked whether npm may run what it fetches.
  npm_config_yes: "true"
}

const npm = async (...args: ReadonlyArray<string>) =>
  (await execute("npm", args, { cwd: tmpdir(), env: outside })).stdout.trim()

const reached = await npm("view", "effect", "version", "--fetch-retries=0").then(
  () => true,
  () => false
)
const guide = readFileSync(join(root, "docs", "writing-a-connector.md"), "utf8")

describe("what a guide says", () => {
  it("is done step by step", () => {
    const text = [
      "```js file=a.mjs\nlet a\n```\n",
      "```console\n$ one\nshown\nmore\n$ two\n```\n",
      "```console fails\n$ three\n```\n",
      '```console ready="is open"\n$ four\n```\n',
      "```ts\nonly read\n```\n"
    ].join("\n")
    assert.deepStrictEqual(Guide.steps(text), [
      { _tag: "File", path: "a.mjs", text: "let a\n" },
      { _tag: "Command", command: "one", printed: ["shown", "more"], fails: false, line: 6 },
      { _tag: "Command", command: "two", printed: [], fails: false, line: 9 },
      { _tag: "Command", command: "three", printed: [], fails: true, line: 13 },
      { _tag: "Server", command: "four", ready: "is open", line: 17 }
    ])
  })

  it("is held against what is printed, in its order", () => {
    const printed = "Wrote 15 files to /tmp/abc/inlet-connector-a.\nDone in 3s.\nrow  1\n"
    assert.isUndefined(Guide.missing(["Wrote 15 files to /home/inlet-connector-a.", "…", "row 1"], printed))
    assert.isUndefined(Guide.missing(["Done in 12 s…"], printed))
    assert.strictEqual(Guide.missing(["row 2"], printed), "row 2")
    assert.strictEqual(Guide.missing(["row 1", "Done in 3s."], printed), "Done in 3s.")
  })
})

describe.skipIf(!reached)(`the guide${reached ? "" : " (the registry of npm is not reached)"}`, () => {
  const folder = mkdtempSync(join(tmpdir(), "inlet-guide-"))
  const inside = (name: string) => {
    mkdirSync(join(folder, name), { recursive: true })
    return join(folder, name)
  }
  const closing: Array<() => Promise<void>> = []
  let terminal: Terminal.Terminal

  beforeAll(async () => {
    const registry = await Registry.start(inside("registry"), {
      scopes: ["@inlet", "@acme"],
      npmrc: await npm("config", "get", "userconfig")
    })
    closing.push(registry.stop)
    const env = {
      ...outside,
      npm_config_userconfig: registry.npmrc,
      npm_config_cache: await cache(inside("cache")),
      npm_config_better_sqlite3_local_prebuilds: await prebuilt(inside("prebuilt"))
    }
    for (const { folder: cwd, manifest } of packages) {
      const { stderr } = await execute("npm", ["publish", "--loglevel=warn"], { cwd, env })
      assert.notInclude(stderr, "npm warn publish", manifest.name)
    }
    terminal = Terminal.open({ folder: inside("empty"), env, scratch: inside("scratch") })
    closing.push(terminal.close)
  }, 120_000)

  afterAll(async () => {
    for (const close of closing.reverse()) await close()
    rmSync(folder, { recursive: true, force: true })
  })

  // What comes after a step that failed would say nothing.
  let broken = false
  const step = (name: string, work: () => unknown) =>
    it(name, { timeout: 240_000 }, async (context) => {
      if (broken) return context.skip("a step before it failed")
      broken = true
      await work()
      broken = false
    })

  for (const one of Guide.steps(guide)) {
    if (one._tag === "File") {
      step(`writes ${one.path}`, () => writeFileSync(join(terminal.folder(), one.path), one.text))
    } else if (one._tag === "Server") {
      step(`line ${one.line}: ${one.command}`, () => terminal.start(one.command, one.ready))
    } else {
      step(`line ${one.line}: ${one.command}`, async () => {
        const { code, printed } = await terminal.run(one.command)
        assert.strictEqual(code === 0, !one.fails, printed)
        const lacking = Guide.missing(one.printed, printed)
        assert.isUndefined(lacking, `The guide shows "${lacking}", but this was printed:\n${printed}`)
      })
    }
  }

  step("has brought every loan to Databox once, and no tools to whoever uses the connector", async () => {
    const told = async (path: string) => (await fetch(`http://127.0.0.1:4010/_emulator/${path}`)).json()
    const rows: ReadonlyArray<{ readonly loan_id: string }> = await told("datasets/library_loans/rows")
    const { ingestions } = await told("ingestions")
    const received = ingestions.reduce((sum: number, one: { readonly received: number }) => sum + one.received, 0)
    assert.deepStrictEqual([new Set(rows.map(({ loan_id }) => loan_id)).size, rows.length, received], [250, 250, 250])
    for (const tool of ["vitest", "typescript"]) {
      assert.isFalse(existsSync(join(terminal.folder(), "node_modules", tool)), tool)
    }
  })
})

/** What npm has of others' packages, without the programs that it ran before: it would run them again, whatever is published. */
async function cache(folder: string) {
  const known = join(await npm("config", "get", "cache"), "_cacache")
  mkdirSync(known, { recursive: true })
  symlinkSync(known, join(folder, "_cacache"), "junction")
  return folder
}

/** The native module of this repository as better-sqlite3 offers it for download, so that it is not built once more. */
async function prebuilt(folder: string) {
  const module = join(root, "node_modules", "better-sqlite3")
  const built = "build/Release/better_sqlite3.node"
  const { version } = JSON.parse(readFileSync(join(module, "package.json"), "utf8"))
  const name = `better-sqlite3-v${version}-node-v${process.versions.modules}-${process.platform}-${process.arch}.tar.gz`
  await execute("tar", ["-czf", join(folder, name), built], { cwd: module })
  return folder
}
