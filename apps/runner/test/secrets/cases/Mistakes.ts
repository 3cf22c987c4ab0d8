// Secrets where somebody may have put them by mistake: in inlet.yaml, in the environment, among the words of a command.
import { SECRETS } from "../Canaries.ts"
import type { Setting } from "../Stage.ts"
import type { Case } from "./Case.ts"

const { stray, typed } = SECRETS
const ADDRESS = `https://mira:${SECRETS.password}@example.com`

const RIGHT = {
  apiKey: "${DATABOX_API_KEY}",
  databox: "",
  connector: '"@inlet/connector-github"',
  token: "${GITHUB_TOKEN}",
  repositories: "[acme/app]",
  config: "",
  source: "",
  rest: ""
}

const text = (wrong: Partial<typeof RIGHT>, nowhere: string) => {
  const { apiKey, config, connector, databox, repositories, rest, source, token } = { ...RIGHT, ...wrong }
  return `databox:
  apiKey: ${apiKey}
  ${databox.includes("baseUrl") ? "" : `baseUrl: ${nowhere}`}
  ${databox}
sources:
  github:
    connector: ${connector}
    config:
      token: ${token}
      repositories: ${repositories}
      ${config}
    ${source}
${rest}
`
}

const file = (what: string, wrong: Partial<typeof RIGHT>, args = ["sync", "github"]): Case => {
  const name = `wrong/${what.replaceAll(/\W/g, "-")}.yaml`
  return {
    name: `in inlet.yaml ${what}`,
    args: [...args, "--config", name],
    exit: 2,
    setting: ({ nowhere }) => ({ files: { [name]: text(wrong, nowhere) } })
  }
}

const FILES: ReadonlyArray<Case> = [
  file("the key itself", { apiKey: JSON.stringify(SECRETS.databox) }),
  file("the token itself", { token: typed }, ["sync", "--json"]),
  file("a token as a repository", { repositories: `["${typed}"]` }),
  file("a password in an address", { databox: `baseUrl: ${ADDRESS}` }),
  file("a password in a connector's address", { config: `baseUrl: ${ADDRESS}` }, ["sync", "--json"]),
  file("a token in an address", { config: `baseUrl: https://example.com?token=${typed}` }),
  file("a token in a reference", { token: `\${${typed}}` }),
  file("a token as a key", { config: `${typed}: true` }, ["doctor", "--offline"]),
  file("a token as a stream", { source: `streams: [${typed}]` }, ["doctor", "--json", "--offline"]),
  file("a token as a stream, by its variable", { source: 'streams: ["${SERVICE_PASSWORD}"]' }),
  file("a token as a connector", { connector: typed }),
  file("a token as a schedule", { source: `schedule: ${typed}` }),
  file("a token as a span", { databox: `settle: ${typed}` }),
  file("a token as an account", { databox: `account: ${typed}` }),
  file("a token as a collector", { rest: `telemetry: { otlp: "${typed}" }` }),
  file("a token as a source", { rest: `  ${typed}: { connector: x }` }),
  file("a token behind an @", { token: `@${typed}` }),
  file("a token as an alias", { token: `*${typed}` }),
  file("a token as a tag", { token: `!${typed} x` }),
  file("a token in open quotes", { token: `"${typed}` }),
  file("a token with a colon", { token: `${typed}: x: y` }),
  file("a token twice", { rest: `${typed}: 1\n${typed}: 2` }),
  file("no colon", { rest: typed })
]

const word = (args: ReadonlyArray<string>, exit = 2, setting: Setting = {}): Case => ({
  name: `the words ${args.map((one) => (one.includes("c4nary") ? "…" : one)).join(" ")}`,
  args,
  exit,
  setting
})

const WORDS: ReadonlyArray<Case> = [
  word([typed]),
  word(["sync", typed]),
  word(["sync", stray, "--json"]),
  word(["sync", "--token", typed]),
  word(["sync", `--token=${typed}`]),
  word(["sync", `--${typed}`]),
  word(["sync", "--from", typed]),
  word(["sync", "--limit", typed]),
  word(["sync", "--log-level", typed]),
  word(["sync", "--config", typed]),
  word(["send", typed]),
  word(["status", typed]),
  word(["status", "--store", `${typed}.db`], 40),
  word(["runs", typed]),
  word(["sends", "--source", typed, "--json"]),
  word(["sends", "--since", typed]),
  word(["sends", "--dataset", stray], 0),
  word(["events", "--type", typed]),
  word(["events", "--run", typed]),
  word(["events", "--trace", typed]),
  word(["trace", typed]),
  word(["trace", "last", "--export", typed]),
  word(["quarantine", "list", "--source", typed]),
  word(["quarantine", "show", typed]),
  word(["quarantine", "release", typed]),
  word(["quarantine", "discard", typed]),
  word(["replay", "views", typed]),
  word(["replay", "sends", "--run", typed]),
  word(["replay", "sends", "--source", typed]),
  word(["replay", "sends", "--from", typed]),
  word(["verify", "--store", `${typed}.db`], 40),
  word(["backup", `${typed}/copy.db`], 40),
  word(["export", `${typed}/log.jsonl`]),
  word(["import", `${typed}.jsonl`]),
  word(["prune", typed]),
  word(["erase", typed]),
  word(["erase", "strava", "--subject", typed]),
  word(["login", typed]),
  word(["login", "strava", "--port", typed]),
  word(["logout", typed]),
  word(["key", "rotate", typed]),
  word(["schema", "list", "--connector", typed]),
  word(["schema", "show", typed]),
  word(["schema", "check", "--dir", typed]),
  word(["schema", "write", "--connector", typed]),
  word(["connector", "list", typed]),
  word(["connector", "new", "--base-url", ADDRESS, "--yes"]),
  word(["connector", "new", typed, "--auth", typed, "--yes"]),
  word(["connector", "test", typed]),
  word(["connector", "record", typed]),
  word(["connector", "record", "--source", stray]),
  word(["emulate", "databox", "--behaviour", `{"key":"${typed}"}`]),
  word(["emulate", "databox", "--behaviour", typed]),
  word(["emulate", "databox", "--port", typed]),
  word(["help", typed]),
  word(["completion", typed]),
  word(["demo", typed]),
  word(["doctor", typed]),
  word(["init", "--connector", typed]),
  word(["init", typed])
]

const variable = (name: string, value: string, args: ReadonlyArray<string>, exit: number): Case => ({
  name: `${name} holds a secret`,
  args,
  exit,
  setting: { env: { [name]: value } }
})

const VARIABLES: ReadonlyArray<Case> = [
  variable("INLET_LOG_LEVEL", typed, ["connector", "list"], 2),
  variable("INLET_CONFIG", typed, ["schema", "check"], 2),
  variable("INLET_STORE", `${typed}.db`, ["verify"], 40),
  variable("INLET_TRACE_PAGES", typed, ["connector", "list"], 0),
  variable("INLET_KEY", typed, ["sync", "strava"], 10),
  variable("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", typed, ["schema", "list"], 0),
  variable("OTEL_TRACES_EXPORTER", typed, ["schema", "list", "--json"], 0),
  variable("OTEL_RESOURCE_ATTRIBUTES", `team=data,api_key=${typed}`, ["schema", "list"], 0),
  variable("INLET_JAEGER_URL", typed, ["trace", "last"], 2),
  variable("TRACEPARENT", typed, ["connector", "list"], 0)
]

export const MISTAKES: ReadonlyArray<Case> = [...FILES, ...WORDS, ...VARIABLES]
