// Where connectors are looked for, with real packages in real folders.
import { mkdir, writeFile } from "node:fs/promises"
import { join } from "node:path"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Connectors from "../src/configuration/Connectors.ts"
import { folder } from "./support/Inlet.ts"

const module = (apiVersion: number) =>
  `export default { "~@inlet/sdk/Connector": { apiVersion: ${apiVersion} }, name: "given", version: "1.2.3", streams: new Map() }\n`

const install = (at: string, manifest: object, files: Readonly<Record<string, string>>) =>
  Effect.promise(async () => {
    await mkdir(join(at, "lib"), { recursive: true })
    await writeFile(join(at, "package.json"), JSON.stringify({ type: "module", version: "1.2.3", ...manifest }))
    for (const [name, text] of Object.entries(files)) await writeFile(join(at, name), text)
  })

const load = (name: string, from: string) =>
  Effect.flatMap(Connectors.Connectors, (connectors) => connectors.load(name, from)).pipe(
    Effect.provide(Layer.provide(Connectors.layer, NodeFileSystem.layer))
  )

const MANIFESTS: Readonly<Record<string, object>> = {
  "a plain entry": { exports: "./lib/a.js" },
  "entries by condition": { exports: { ".": { types: "./lib/a.d.ts", require: "./lib/a.cjs", import: "./lib/a.js" } } },
  "nested conditions": { exports: { node: { import: "./lib/a.js" }, default: "./lib/b.js" } },
  "an old main": { main: "lib/a.js" }
}

describe("connectors", () => {
  for (const [what, manifest] of Object.entries(MANIFESTS)) {
    it.scoped(`finds a package with ${what} above the configuration's folder`, () =>
      Effect.gen(function* () {
        const path = yield* folder()
        yield* install(join(path, "node_modules", "inlet-x"), manifest, { "lib/a.js": module(1) })
        const found = yield* load("inlet-x", join(path, "deep", "below"))
        assert.strictEqual(found.version, "1.2.3")
      })
    )
  }

  it.scoped("finds a package by its folder", () =>
    Effect.gen(function* () {
      const path = yield* folder()
      yield* install(join(path, "mine"), { exports: "./lib/a.js" }, { "lib/a.js": module(1) })
      assert.strictEqual((yield* load("./mine", path)).name, "given")
    })
  )

  const refused: ReadonlyArray<readonly [string, string, string]> = [
    [
      "one that breaks while it is loaded",
      "throw new Error('broken inside')",
      "inlet-x cannot be loaded: broken inside"
    ],
    ["something that is no connector", "export default 7", "inlet-x is no connector"],
    [
      "one for another version of the API",
      module(2),
      "inlet-x is no connector, or was made for another version of Inlet"
    ]
  ]
  for (const [what, text, said] of refused) {
    it.scoped(`refuses ${what}`, () =>
      Effect.gen(function* () {
        const path = yield* folder()
        yield* install(join(path, "node_modules", "inlet-x"), { exports: "./lib/a.js" }, { "lib/a.js": text })
        assert.include((yield* Effect.flip(load("inlet-x", path))).message, said)
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
