// What a new package is made of, for every way of signing in and of paging.
import { readFileSync, rmSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Manifest } from "@inlet/sdk"
import * as Either from "effect/Either"
import ts from "typescript"
import { AUTHS, files, PAGES, place, write } from "./Produced.ts"

const COMBINATIONS = AUTHS.flatMap((auth) => PAGES.map((pages) => ({ auth, pages })))

const text = (given: Parameters<typeof files>[0], path: string) => files(given).get(path) ?? ""
const json = (given: Parameters<typeof files>[0], path: string) => JSON.parse(text(given, path))

describe("scaffold", () => {
  it("makes sources and tests that type-check, in every combination", () => {
    const folder = place()
    try {
      const packages = COMBINATIONS.map((given) => write(folder, given))
      const config = join(packages[0] ?? "", "tsconfig.json")
      const { options } = ts.parseJsonConfigFileContent(
        JSON.parse(readFileSync(config, "utf8")),
        ts.sys,
        folder,
        // The sources of the sdk, so that nothing has to be built.
        { customConditions: ["@inlet/source"] },
        config
      )
      const roots = packages.flatMap((at) => [join(at, "src/index.ts"), join(at, "test/conformance.test.ts")])
      const problems = ts
        .getPreEmitDiagnostics(ts.createProgram(roots, options))
        .map(({ file, messageText }) => `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`)
      assert.deepStrictEqual(problems, [])
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  for (const { auth, pages } of COMBINATIONS) {
    it(`tells a source by ${auth} and ${pages} in 60 lines of at most 120 columns`, () => {
      const lines = text({ auth, pages }, "src/index.ts").trimEnd().split("\n")
      assert.isAtMost(lines.length, 60)
      assert.deepStrictEqual(
        lines.filter((line) => line.length > 120),
        []
      )
    })
  }

  for (const auth of AUTHS) {
    it(`says of itself what Inlet needs to know: ${auth}`, () => {
      const found = Manifest.decode(json({ auth }, "package.json"))
      assert.deepStrictEqual(Either.getOrNull(found)?.inlet, {
        api: Manifest.API_VERSION,
        connector: "./dist/index.js",
        streams: ["pull_requests"],
        auth,
        hosts: auth === "oauth2" ? ["api.acme.example", "acme.example"] : ["api.acme.example"]
      })
    })
  }

  it("takes the versions of this repository, and can be published", () => {
    const root = JSON.parse(readFileSync(new URL("../../../package.json", import.meta.url), "utf8"))
    const sdk = JSON.parse(readFileSync(new URL("../../sdk/package.json", import.meta.url), "utf8"))
    const runner = JSON.parse(readFileSync(new URL("../../../apps/runner/package.json", import.meta.url), "utf8"))
    const made = json({}, "package.json")
    const shared = ["typescript", "vitest", "@types/node", "publint", "@arethetypeswrong/cli"]
    for (const tool of shared) assert.strictEqual(made.devDependencies[tool], root.devDependencies[tool], tool)
    assert.strictEqual(made.devDependencies["@inlet/sdk"], sdk.version)
    assert.strictEqual(made.devDependencies["@inlet/runner"], runner.version)
    const { effect, "@effect/platform": platform, vitest } = sdk.peerDependencies
    assert.deepStrictEqual(made.peerDependencies, {
      "@inlet/sdk": `^${sdk.version}`,
      "@effect/platform": platform,
      effect
    })
    // Only tests need it: whoever installs a connector does not.
    assert.isString(vitest)
    assert.deepStrictEqual(made.keywords, [Manifest.KEYWORD])
    assert.isUndefined(made.private)
  })

  it("is a function of its answers", () => {
    assert.deepStrictEqual([...files()], [...files()])
    assert.include(text({}, "LICENSE"), "Copyright (c) 2026 Ada")
    assert.include(text({}, "README.md"), "token: ${ACME_TOKEN}")
    assert.include(text({ auth: "oauth2" }, "README.md"), "npx inlet login acme")
    assert.include(text({}, ".github/workflows/ci.yml"), "node-version: ${{ matrix.node }}")
  })
})
