// package.json of a new package and what its tools read: what npm, Inlet, TypeScript, git and GitHub want to know.
import { Manifest } from "@inlet/sdk"
import type { Answers } from "../Answers.ts"
import { peers, tools } from "../Versions.ts"
import { hosts } from "./SignIn.ts"

const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`

const checked = "npm run build && npm test"

export const manifest = (answers: Answers): string => {
  const inlet: Manifest.Manifest["inlet"] = {
    api: Manifest.API_VERSION,
    connector: "./dist/index.js",
    streams: [answers.stream],
    auth: answers.auth,
    hosts: hosts(answers)
  }
  return json({
    name: answers.name,
    version: "0.1.0",
    description: `${answers.service} as a source of Inlet`,
    keywords: [Manifest.KEYWORD],
    license: "MIT",
    type: "module",
    sideEffects: false,
    engines: { node: ">=20.19" },
    files: ["dist", "schemas", "CHANGELOG.md"],
    exports: {
      ".": { types: "./dist/index.d.ts", default: "./dist/index.js" },
      "./package.json": "./package.json"
    },
    inlet,
    scripts: {
      build: "tsc -p tsconfig.build.json",
      check: "tsc -p tsconfig.json",
      test: "vitest run",
      prepublishOnly: checked,
      "publish:check": `${checked} && publint && attw --pack . --profile esm-only && npm pack --dry-run`
    },
    peerDependencies: peers,
    devDependencies: tools,
    // Whose install scripts npm may run; it warns of those that are not named.
    allowScripts: { "better-sqlite3": true, esbuild: true, "msgpackr-extract": false },
    publishConfig: { access: "public" }
  })
}

/** For editors and `npm run check`: sources and tests. */
export const tsconfig = json({
  compilerOptions: {
    target: "ES2023",
    lib: ["ES2023"],
    module: "NodeNext",
    types: ["node"],
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    verbatimModuleSyntax: true,
    erasableSyntaxOnly: true,
    rewriteRelativeImportExtensions: true,
    skipLibCheck: true,
    noEmit: true
  },
  include: ["src", "test"]
})

/** For what is published: sources only. */
export const tsconfigBuild = json({
  extends: "./tsconfig.json",
  compilerOptions: { noEmit: false, declaration: true, rootDir: "src", outDir: "dist" },
  include: ["src"]
})

export const gitignore = ["node_modules/", "dist/", "coverage/", ".env", ".inlet/", "*.tgz", ""].join("\n")

export const workflow = `name: ci

on:
  push:
    branches: [main]
    tags: ["v*"]
  pull_request:

permissions:
  contents: read

jobs:
  test:
    runs-on: ubuntu-latest
    strategy:
      matrix:
        node: [20, 22, 24]
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-node@v4
        with:
          node-version: \${{ matrix.node }}
          cache: npm
      - run: npm ci
      - run: npm run check
      - run: npm run build
      - run: npm test

  # A tag such as v0.1.0 publishes. Provenance says from which commit and by which run a version was made.
  release:
    if: startsWith(github.ref, 'refs/tags/v')
    needs: test
    runs-on: ubuntu-latest
    permissions:
      contents: read
      id-token: write
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-node@v4
        with:
          node-version: 24
          registry-url: https://registry.npmjs.org
      - run: npm ci
      - run: npm run publish:check
      # Provenance is refused where the package does not name the repository that it comes from.
      - run: npm pkg set "repository.type=git" "repository.url=git+\${{ github.server_url }}/\${{ github.repository }}.git"
      - run: npm publish --provenance
        env:
          NODE_AUTH_TOKEN: \${{ secrets.NPM_TOKEN }}
`
