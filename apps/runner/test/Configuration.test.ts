// Bad configurations and what is said about them, with real files; only the connector is made for the test.

import { join } from "node:path"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { assert, describe, it } from "@effect/vitest"
import { Mapping } from "@inlet/core"
import { Column, Config, Connector, Dataset, Secrets } from "@inlet/sdk"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as ParseResult from "effect/ParseResult"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { Globals } from "../src/cli/Globals.ts"
import * as Configuration from "../src/configuration/Configuration.ts"
import { Connectors } from "../src/configuration/Connectors.ts"
import * as Pipelines from "../src/configuration/Pipelines.ts"
import type { Isolated } from "../src/isolation/Isolated.ts"
import { folder } from "./support/Inlet.ts"

const dataset = (stream: string) =>
  Dataset.make(
    { stream, version: 1, primaryKey: "id", time: "at", meaning: "Things." },
    { id: Column.id("id", { meaning: "Its id." }), at: Column.timestamp("at", { meaning: "When it was." }) }
  )

const spec = (stream: string) => {
  const { contract, map } = dataset(stream)
  return { contract, map, records: () => [] }
}

const connector = Connector.define({
  name: "test-connector",
  version: "1.0.0",
  hosts: [],
  config: Schema.Struct({
    token: Config.secret,
    baseUrl: Config.baseUrl("https://api.example.com"),
    repositories: Schema.NonEmptyArray(Schema.String),
    pageSize: Schema.optionalWith(Schema.Int, { exact: true })
  }),
  streams: { issues: spec("issues"), pull_requests: spec("pull_requests"), requests: spec("requests") },
  make: () =>
    Effect.succeed({ issues: () => Stream.empty, pull_requests: () => Stream.empty, requests: () => Stream.empty })
})

const decode = Schema.decodeUnknownEither(connector.config, { errors: "all", onExcessProperty: "error" })

/** The connector as if its code ran elsewhere. */
const isolated: Isolated = {
  ...connector,
  fault: null,
  streams: new Map([...connector.streams].map(([stream, spec]) => [stream, Mapping.local(spec)])),
  secrets: Secrets.paths(connector.config),
  check: ({ config }) =>
    Effect.succeed({
      issues: Either.match(decode(config), {
        onLeft: (error) =>
          ParseResult.ArrayFormatter.formatErrorSync(error).map((issue) => ({
            ...issue,
            path: issue.path.map((part) => (typeof part === "number" ? part : String(part)))
          })),
        onRight: () => []
      }),
      signsIn: "nobody"
    }),
  probe: () => Effect.succeed([])
}

const connectors = Layer.succeed(Connectors, {
  load: (name) =>
    name === "test-connector"
      ? Effect.succeed(isolated)
      : Effect.fail({ path: ["connector"], message: `${name} is not installed: npm install ${name}` }),
  streams: () => Effect.succeed(["issues", "pull_requests", "requests"]),
  open: () => Effect.dieMessage("nothing of this looks at one connector")
})

const ENVIRONMENT = { DATABOX_API_KEY: "pak_secret", TOKEN: "tok_secret" }

interface Given {
  readonly yaml: string
  readonly environment?: Readonly<Record<string, string>>
  readonly dotEnv?: string
  readonly store?: string
  /** The sources that are wanted; all unless told. */
  readonly names?: ReadonlyArray<string>
}

/** Reads the configuration and loads its connectors, as a command does. */
const read = ({ dotEnv, environment = ENVIRONMENT, names, store, yaml }: Given) =>
  Effect.gen(function* () {
    const path = yield* folder({ "inlet.yaml": yaml, ...(dotEnv === undefined ? {} : { ".env": dotEnv }) })
    const globals = {
      config: Option.some(join(path, "inlet.yaml")),
      store: Option.fromNullable(store),
      json: false,
      quiet: false,
      logLevel: Option.none(),
      logFormat: Option.none()
    }
    const reading = Effect.gen(function* () {
      const configuration = yield* Configuration.load
      return { path, configuration, sources: yield* Pipelines.sources(configuration, names) }
    })
    return yield* reading.pipe(
      Effect.provide(connectors),
      Effect.provideService(Globals, globals),
      Effect.withConfigProvider(ConfigProvider.fromMap(new Map(Object.entries(environment))))
    )
  }).pipe(Effect.provide(NodeFileSystem.layer))

/** What is said, without the file's path. */
const complaint = (given: Given) =>
  Effect.map(Effect.flip(read(given)), ({ message }) => message.replaceAll(/\S*inlet\.yaml/g, "inlet.yaml").split("\n"))

const good = `databox:
  apiKey: \${DATABOX_API_KEY}
sources:
  github:
    connector: test-connector
    config:
      token: \${TOKEN}
      repositories: [acme/app]
`

const withDatabox = (lines: string) => good.replace("sources:", `${lines.replace(/^/gm, "  ")}\nsources:`)
const withSource = (lines: string) => `${good}${lines.replace(/^/gm, "    ")}\n`
const withConfig = (lines: string) => good.replace("      repositories: [acme/app]", lines.replace(/^/gm, "      "))

const BAD: ReadonlyArray<readonly [what: string, yaml: string, said: ReadonlyArray<string>]> = [
  ["no YAML", "databox: [", ["inlet.yaml:1 not YAML"]],
  ["a key given twice", `${good}sources: {}\n`, ["inlet.yaml:9 this key is given twice"]],
  ["an empty file", "", ["inlet.yaml expected"]],
  ["missing parts", "databox: {}\n", ["inlet.yaml:1 databox.apiKey: is missing", "inlet.yaml sources: is missing"]],
  ["no source", `${good.split("sources:")[0]}sources: {}\n`, ["inlet.yaml:3 sources: expected at least one source"]],
  [
    "an unknown key",
    withDatabox("acount: 1"),
    ['inlet.yaml:3 databox.acount: is not a known key. Did you mean "account"?']
  ],
  [
    "an unknown key like none",
    withDatabox("xyz: 1"),
    ["inlet.yaml:3 databox.xyz: is not a known key. Known: apiKey, account"]
  ],
  [
    "a wrong size",
    withDatabox("limits: { bytes: much }"),
    ["inlet.yaml:3 databox.limits.bytes: expected a size like 8MB"]
  ],
  [
    "a wrong number",
    withDatabox("limits: { perSecond: 0 }"),
    ["databox.limits.perSecond: expected a whole number above 0"]
  ],
  ["a wrong span", withDatabox("settle: 30"), ["inlet.yaml:3 databox.settle: expected string"]],
  ["a wrong unit", withDatabox("settle: 30 moons"), ["databox.settle: expected a time span like 30s, 15m or 90d"]],
  ["a wrong account", withDatabox("account: mine"), ["databox.account: expected the account's number"]],
  ["a host without TLS", withDatabox("baseUrl: http://api.databox.com"), ["databox.baseUrl: must begin with https://"]],
  ["a host that is none", withDatabox("baseUrl: databox"), ["databox.baseUrl: is no address"]],
  ["a wrong collector", `${good}telemetry: { otlp: ftp://x }\n`, ["telemetry.otlp: expected an http or https address"]],
  ["a wrong schedule", withSource("schedule: often"), ["sources.github.schedule: expected a cron expression"]],
  [
    "a bad source name",
    good.replace("github:", "GitHub!:"),
    ["inlet.yaml:4 sources.GitHub!: a source's name is made of lower-case letters"]
  ],
  [
    "a connector that is not there",
    good.replace("test-connector", "other"),
    ["inlet.yaml:5 sources.github.connector: other is not installed: npm install other"]
  ],
  [
    "an unknown stream",
    withSource("streams: [issues, isues]"),
    ["inlet.yaml:9 sources.github.streams[1]: there is no stream isues. Known: issues, pull_requests, requests"]
  ],
  [
    "a wrong item of the connector's",
    withConfig("repositories:\n  - acme/app\n  - 7"),
    ["inlet.yaml:10 sources.github.config.repositories[1]: expected string"]
  ],
  [
    "a wrong host of the connector's",
    withConfig("repositories: [a/b]\nbaseUrl: http://api.github.com"),
    ["inlet.yaml:9 sources.github.config.baseUrl: must begin with https://"]
  ],
  [
    "an unknown key of the connector's",
    withConfig("repositorys: [a/b]"),
    [
      'sources.github.config.repositorys: is not a known key. Did you mean "repositories"?',
      "sources.github.config.repositories: is missing"
    ]
  ],
  [
    "one dataset for two pipelines",
    `${good}  github_pull:\n    connector: test-connector\n    config: { token: "\${TOKEN}", repositories: [a/b] }\n`,
    [
      "inlet.yaml:9 sources.github_pull: github_pull/requests and github/pull_requests would both write the dataset github_pull_requests"
    ]
  ],
  [
    "two wrong things at once",
    withDatabox("settle: never\naccount: mine"),
    ["databox.account: expected the account's number", "databox.settle: expected a time span"]
  ]
]

describe("configuration", () => {
  it.scoped("has defaults for all that may be left out", () =>
    Effect.gen(function* () {
      const { configuration, path, sources } = yield* read({ yaml: good })
      const { databox, retention, store } = configuration
      assert.strictEqual(Redacted.value(databox.apiKey), "pak_secret")
      assert.strictEqual(databox.baseUrl.href, "https://api.databox.com/")
      assert.deepStrictEqual(databox.limits, { records: 100, bytes: 8_000_000, perSecond: 8, perHour: 9000 })
      assert.strictEqual(databox.dataSource, "Inlet")
      assert.strictEqual(Duration.toSeconds(databox.settle), 30)
      assert.strictEqual(Duration.toDays(retention.raw), 90)
      assert.strictEqual(store, join(path, ".inlet", "inlet.db"))
      assert.deepStrictEqual(
        sources.map(({ name, streams }) => [name, streams.map(({ contract }) => contract.stream)]),
        [["github", ["issues", "pull_requests", "requests"]]]
      )
    })
  )

  for (const [what, yaml, said] of BAD) {
    it.scoped(`refuses ${what}`, () =>
      Effect.gen(function* () {
        const lines = yield* complaint({ yaml })
        assert.strictEqual(lines.length, said.length, lines.join("\n"))
        for (const [index, part] of said.entries()) assert.include(lines[index], part)
      })
    )
  }

  it.scoped("names a variable that is not set, and where it is needed", () =>
    Effect.gen(function* () {
      const lines = yield* complaint({ yaml: good, environment: { TOKEN: "" } })
      assert.strictEqual(lines.length, 2)
      assert.include(lines[0], "inlet.yaml:2 databox.apiKey: the environment variable DATABOX_API_KEY is not set")
      assert.include(lines[1], "inlet.yaml:7 sources.github.config.token: the environment variable TOKEN is not set")
    })
  )

  it.scoped("takes the environment before .env", () =>
    Effect.gen(function* () {
      const dotEnv = "DATABOX_API_KEY=from-file\nTOKEN='from-file'\n"
      const { configuration, sources } = yield* read({
        yaml: good,
        environment: { DATABOX_API_KEY: "from-env" },
        dotEnv
      })
      assert.strictEqual(Redacted.value(configuration.databox.apiKey), "from-env")
      assert.deepInclude(sources[0]?.config, { token: "from-file" })
    })
  )

  it.scoped("takes --store before INLET_STORE", () =>
    Effect.gen(function* () {
      const environment = { ...ENVIRONMENT, INLET_STORE: "/elsewhere/by-env.db" }
      const byFlag = yield* read({ yaml: good, environment, store: "/elsewhere/by-flag.db" })
      const byEnvironment = yield* read({ yaml: good, environment })
      assert.strictEqual(byFlag.configuration.store, "/elsewhere/by-flag.db")
      assert.strictEqual(byEnvironment.configuration.store, "/elsewhere/by-env.db")
    })
  )

  const secrets: ReadonlyArray<readonly [string, string, string]> = [
    [
      "of ours",
      good.replace("${DATABOX_API_KEY}", "pak_literal"),
      "inlet.yaml:2 databox.apiKey: holds a secret itself"
    ],
    [
      "of a connector",
      good.replace("${TOKEN}", "tok_literal"),
      "inlet.yaml:7 sources.github.config.token: holds a secret"
    ]
  ]
  for (const [whose, yaml, said] of secrets) {
    it.scoped(`refuses a literal secret ${whose} without repeating it`, () =>
      Effect.gen(function* () {
        const lines = yield* complaint({ yaml })
        assert.include(lines.join("\n"), said)
        assert.notInclude(lines.join("\n"), "literal")
      })
    )
  }

  it.scoped("never repeats a value", () =>
    Effect.gen(function* () {
      const yaml = withConfig('repositories: "${TOKEN}"\npageSize: "${TOKEN}"')
      const lines = yield* complaint({ yaml })
      assert.strictEqual(lines.length, 2)
      assert.notInclude(lines.join("\n"), "tok_secret")
    })
  )

  it.scoped("starts the connectors of the named sources alone, and knows the datasets of the others all the same", () =>
    Effect.gen(function* () {
      const gone = `${good}  other: { connector: gone, streams: [things] }\n`
      const { sources } = yield* read({ yaml: gone, names: ["github"] })
      assert.deepStrictEqual(
        sources.map(({ name }) => name),
        ["github"]
      )
      assert.include((yield* complaint({ yaml: gone })).join("\n"), "gone is not installed")
      const clash = `${good}  github_pull:\n    connector: test-connector\n    config: { token: "\${TOKEN}", repositories: [a/b] }\n`
      assert.include(
        (yield* complaint({ yaml: clash, names: ["github_pull"] })).join("\n"),
        "would both write the dataset"
      )
      assert.include((yield* complaint({ yaml: good, names: ["githup"] })).join("\n"), 'There is no source "githup".')
    })
  )
})
