// `inlet connector list`: what is installed around a configuration, without running any of it.
import { mkdir, symlink, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { folder, inlet, jsonLines } from "../support/Inlet.ts"

const INLET = { api: 1, connector: "./index.js", streams: ["rides"], auth: "bearer", hosts: ["api.acme.example"] }

/** A package whose code would end the program. */
const install = (at: string, manifest: unknown) =>
  Effect.promise(async () => {
    await mkdir(at, { recursive: true })
    await writeFile(join(at, "package.json"), typeof manifest === "string" ? manifest : JSON.stringify(manifest))
    await writeFile(join(at, "index.js"), "process.exit(99)\n")
  })

const connector = (name: string, inlet: unknown = INLET) => ({
  name,
  version: "2.0.0",
  type: "module",
  exports: "./index.js",
  keywords: ["inlet-connector"],
  inlet
})

const configuration = (connectors: Readonly<Record<string, string>>) =>
  `databox: { apiKey: "\${DATABOX_API_KEY}" }\nsources:\n${Object.entries(connectors)
    .map(([source, name]) => `  ${source}: { connector: "${name}", config: { token: "\${TOKEN}" } }\n`)
    .join("")}`

/** A configuration two folders below the packages. */
const place = (connectors: Readonly<Record<string, string>>, packages: Readonly<Record<string, unknown>>) =>
  Effect.gen(function* () {
    const root = yield* folder()
    const cwd = join(root, "a", "b")
    yield* Effect.promise(() => mkdir(cwd, { recursive: true }))
    yield* Effect.promise(() => writeFile(join(cwd, "inlet.yaml"), configuration(connectors)))
    for (const [path, manifest] of Object.entries(packages)) yield* install(join(root, path), manifest)
    return { root, cwd }
  })

const listed = (cwd: string) =>
  Effect.map(inlet(["connector", "list", "--json"], { cwd }), ({ code, stderr, stdout }) => {
    assert.strictEqual(stderr, "")
    assert.strictEqual(code, 0)
    return new Map(jsonLines(stdout).map((line) => [line instanceof Object && "name" in line ? line.name : null, line]))
  })

describe("inlet connector list", () => {
  it.scopedLive("tells what is installed and who uses it, from the folder of the configuration upwards", () =>
    Effect.gen(function* () {
      const { cwd, root } = yield* place(
        { work: "@acme/inlet-connector-cycling", leisure: "@acme/inlet-connector-cycling", own: "./mine" },
        {
          "node_modules/@acme/inlet-connector-cycling": connector("@acme/inlet-connector-cycling"),
          "a/node_modules/near": { ...connector("near"), version: "2.1.0" },
          "node_modules/near": connector("near"),
          "node_modules/something": { name: "something", version: "1.0.0" },
          "node_modules/damaged": "{",
          "a/b/mine": { ...connector("mine"), keywords: [] }
        }
      )
      yield* Effect.promise(() => symlink(join(root, "node_modules", "near"), join(root, "node_modules", ".hidden")))
      const found = yield* listed(cwd)
      assert.deepStrictEqual(
        [...found.keys()],
        ["mine", "@acme/inlet-connector-cycling", "@inlet/connector-github", "@inlet/connector-strava", "near"]
      )
      assert.deepStrictEqual(found.get("@acme/inlet-connector-cycling"), {
        name: "@acme/inlet-connector-cycling",
        version: "2.0.0",
        folder: join(root, "node_modules/@acme/inlet-connector-cycling"),
        api: 1,
        streams: ["rides"],
        auth: "bearer",
        hosts: ["api.acme.example"],
        sources: ["work", "leisure"],
        compatible: true,
        problem: null
      })
      assert.deepInclude(found.get("near"), { version: "2.1.0", sources: [], compatible: true })
      assert.deepInclude(found.get("mine"), { folder: join(cwd, "mine"), sources: ["own"], compatible: true })
    })
  )

  const MISFITS: ReadonlyArray<readonly [what: string, manifest: unknown, problem: string]> = [
    ["a newer API", connector("odd", { ...INLET, api: 2 }), "version 2 of the connector API"],
    ["an older API", connector("odd", { ...INLET, api: 0 }), "npm install odd@latest"],
    ["no manifest", { ...connector("odd"), inlet: undefined }, 'no member "inlet"'],
    ["a wrong manifest", connector("odd", { ...INLET, auth: "magic" }), "inlet.auth: "],
    ["what is not built", connector("odd", { ...INLET, connector: "./dist/index.js" }), "npm install odd"]
  ]
  for (const [what, manifest, problem] of MISFITS) {
    it.scopedLive(`tells that a package does not fit: ${what}`, () =>
      Effect.gen(function* () {
        const { cwd } = yield* place({ odd: "odd" }, { "node_modules/odd": manifest })
        const odd = (yield* listed(cwd)).get("odd")
        assert.deepInclude(odd, { version: "2.0.0", sources: ["odd"], compatible: false })
        assert.include(JSON.stringify(odd), JSON.stringify(problem).slice(1, -1))
        const { stdout } = yield* inlet(["connector", "list"], { cwd })
        assert.match(stdout, /^odd +2\.0\.0 +no +odd/m)
        assert.include(stdout, problem)
      })
    )
  }

  it.scopedLive("tells what a configuration wants and what is not there", () =>
    Effect.gen(function* () {
      const { cwd } = yield* place({ far: "inlet-connector-far", own: "./nowhere" }, {})
      const found = yield* listed(cwd)
      assert.deepInclude(found.get("inlet-connector-far"), {
        version: null,
        compatible: false,
        problem: "inlet-connector-far is not installed: npm install inlet-connector-far"
      })
      assert.deepInclude(found.get("./nowhere"), { compatible: false, folder: null })
    })
  )

  it.scopedLive("tells of those that come with Inlet where there is no configuration", () =>
    Effect.gen(function* () {
      const cwd = yield* folder()
      assert.deepStrictEqual([...(yield* listed(cwd)).keys()], ["@inlet/connector-github", "@inlet/connector-strava"])
      const { stdout } = yield* inlet(["connector", "list"], { cwd, env: { COLUMNS: "80" } })
      assert.isTrue(stdout.split("\n").every((line) => line.length <= 80))
    })
  )
})
