// Where connectors are looked for and what is said of those that cannot be used, with real packages in real folders. Nothing of
// a package runs before it was found to suit.
import { mkdir, symlink, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Connectors from "../src/configuration/Connectors.ts"
import { folder } from "./support/Inlet.ts"

const inlet = { api: 1, connector: "./lib/a.js", streams: ["things"], auth: "none", hosts: [] }

const CONNECTOR = `
import { Connector } from "@inlet/sdk"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
export default Connector.define({
  name: "given", version: "1.2.3", hosts: [], config: Schema.Struct({}), streams: {}, make: () => Effect.succeed({})
})
`

const modules = fileURLToPath(new URL("../../../node_modules", import.meta.url))

const install = (at: string, manifest: object, text: string | null = CONNECTOR) =>
  Effect.promise(async () => {
    await mkdir(join(at, "lib"), { recursive: true })
    await writeFile(
      join(at, "package.json"),
      JSON.stringify({ name: "inlet-x", type: "module", version: "1.2.3", inlet, ...manifest })
    )
    if (text !== null) await writeFile(join(at, "lib", "a.js"), text)
    await symlink(modules, join(at, "node_modules"), "junction")
  })

const limits = { memory: 500_000_000, silence: Duration.minutes(1) }

const load = (name: string, from: string) =>
  Effect.flatMap(Connectors.Connectors, (connectors) => connectors.load(name, from, limits)).pipe(
    Effect.provide(Layer.provide(Connectors.layer, NodeFileSystem.layer))
  )

describe("connectors", () => {
  it.scoped("finds a package above the configuration's folder", () =>
    Effect.gen(function* () {
      const path = yield* folder()
      yield* install(join(path, "node_modules", "inlet-x"), {})
      const { fault, version } = yield* load("inlet-x", join(path, "deep", "below"))
      assert.isNull(fault)
      assert.strictEqual(version, "1.2.3")
    })
  )

  it.scoped("finds a package by its folder", () =>
    Effect.gen(function* () {
      const path = yield* folder()
      yield* install(join(path, "mine"), {})
      assert.strictEqual((yield* load("./mine", path)).name, "given")
    })
  )

  const refused: ReadonlyArray<readonly [string, object, string]> = [
    [
      "one that says nothing of Inlet",
      { inlet: undefined },
      'inlet-x is no connector: its package.json has no member "inlet"'
    ],
    [
      "one for a later version of the API",
      { inlet: { ...inlet, api: 2 } },
      "inlet-x was made for version 2 of the connector API, and this Inlet has version 1: npm install @inlet/runner@latest"
    ],
    [
      "one for an earlier version of the API",
      { inlet: { ...inlet, api: 0 } },
      "inlet-x was made for version 0 of the connector API, and this Inlet has version 1: npm install inlet-x@latest"
    ],
    [
      "one whose manifest is wrong",
      { inlet: { ...inlet, hosts: ["https://api.example.com"] } },
      "inlet-x is broken: in its package.json inlet.hosts.0: must be a host in lower case"
    ],
    [
      "one whose connector would lie elsewhere",
      { inlet: { ...inlet, connector: "./../../other.js" } },
      "inlet-x is broken: in its package.json inlet.connector: must be a path in the package"
    ],
    [
      "one that was never built",
      { inlet: { ...inlet, connector: "./dist/index.js" } },
      "inlet-x is broken: there is no"
    ]
  ]
  for (const [what, manifest, said] of refused) {
    it.scoped(`refuses ${what}, and runs nothing of it`, () =>
      Effect.gen(function* () {
        const path = yield* folder()
        yield* install(join(path, "node_modules", "inlet-x"), manifest, "while (true) {}")
        assert.include((yield* Effect.flip(load("inlet-x", path))).message, said)
      })
    )
  }

  it.scoped("refuses one beside another copy of effect", () =>
    Effect.gen(function* () {
      const path = yield* folder()
      yield* install(join(path, "mine"), {})
      const copy = join(path, "mine", "lib", "node_modules", "effect")
      yield* Effect.promise(async () => {
        await mkdir(copy, { recursive: true })
        await writeFile(join(copy, "package.json"), JSON.stringify({ name: "effect", version: "3.0.0" }))
      })
      const { message } = yield* Effect.flip(load("./mine", path))
      assert.include(message, "finds another copy of effect")
      assert.include(message, "npm dedupe")
    })
  )

  const faulty: ReadonlyArray<readonly [string, string, string]> = [
    [
      "that breaks while it is loaded",
      "throw new Error('a secret')",
      "inlet-x cannot be loaded (Error at inlet-x/lib/a.js:1)"
    ],
    ["that exports something else", "export default 7", "inlet-x exports no connector by default"],
    ["that ends its process", "process.exit(7)", "inlet-x ended its own process (exit code 7)"]
  ]
  for (const [what, text, said] of faulty) {
    it.scoped(`knows the streams of one ${what} by its manifest`, () =>
      Effect.gen(function* () {
        const path = yield* folder()
        yield* install(join(path, "node_modules", "inlet-x"), {}, text)
        const { fault, streams } = yield* load("inlet-x", path)
        assert.strictEqual(fault?.message, said)
        assert.deepStrictEqual([...streams.keys()], ["things"])
      })
    )
  }

  it.scoped("says how to install one that is not there", () =>
    Effect.gen(function* () {
      const { message } = yield* Effect.flip(load("inlet-nowhere", yield* folder()))
      assert.strictEqual(message, "inlet-nowhere is not installed: npm install inlet-nowhere")
    })
  )
})
