// A first inlet.yaml and the .env.example that goes with it. Secrets appear as references only.
import type { Connector } from "@inlet/sdk"
import * as Decode from "./Decode.ts"

export interface Chosen {
  /** The source's name. */
  readonly name: string
  readonly connector: Connector.Connector
  /** What is known of the connector's required members. */
  readonly values: ReadonlyMap<string, ReadonlyArray<string>>
}

const API_KEY = "DATABOX_API_KEY"

/** @example sourceName("@inlet/connector-github") === "github" */
export const sourceName = (connector: string): string => {
  const last = connector.split("/").at(-1) ?? ""
  const name = last
    .replace(/^.*connector-/, "")
    .toLowerCase()
    .replace(/[^a-z0-9_-]+/g, "-")
  return /^[a-z]/.test(name) ? name : `source-${name}`
}

/** @example variable("github", "clientSecret") === "GITHUB_CLIENT_SECRET" */
const variable = (source: string, field: string): string =>
  `${source}_${field.replace(/([a-z0-9])([A-Z])/g, "$1_$2")}`.replaceAll("-", "_").toUpperCase()

/** The members that somebody has to fill in. */
export const questions = (connector: Connector.Connector): ReadonlyArray<Decode.Field> =>
  Decode.fields(connector.config).filter(({ required, secret }) => required && !secret)

const member = ({ name: source, values }: Chosen, { list, name, secret }: Decode.Field): string => {
  if (secret) return `${name}: \${${variable(source, name)}}`
  const given = (values.get(name) ?? []).map((value) => JSON.stringify(value))
  if (given.length === 0) return `${name}: ${list ? "[]" : '""'}   # to be filled in`
  return `${name}: ${list ? `[${given.join(", ")}]` : given[0]}`
}

const source = (chosen: Chosen): ReadonlyArray<string> => {
  const { connector, name } = chosen
  const fields = Decode.fields(connector.config).filter(({ required, secret }) => required || secret)
  return [
    `  ${name}:                        # the source's name, also in dataset titles`,
    `    connector: ${JSON.stringify(connector.name)}`,
    ...(fields.length === 0 ? [] : ["    config:"]),
    ...fields.map((field) => `      ${member(chosen, field)}`),
    `    # streams: [${[...connector.streams.keys()].join(", ")}]   # these are all, the default`
  ]
}

/** The text of inlet.yaml. `schema` is where editors find its form. */
export const configuration = (chosen: ReadonlyArray<Chosen>, schema: string): string =>
  [
    `# yaml-language-server: $schema=${schema}`,
    "# ${NAME} stands for a variable of the environment, or of .env beside this file. No secret belongs in here.",
    "databox:",
    `  apiKey: \${${API_KEY}}`,
    "  # account: 123456               # needed only when the key reaches several",
    "  dataSource: Inlet               # title in Databox; found or created",
    "sources:",
    ...chosen.flatMap(source),
    ""
  ].join("\n")

/** The text of .env.example. */
export const example = (chosen: ReadonlyArray<Chosen>): string => {
  const names = chosen.flatMap(({ connector, name }) =>
    Decode.fields(connector.config)
      .filter(({ secret }) => secret)
      .map((field) => variable(name, field.name))
  )
  return [
    "# Copy to .env and fill in. Keep .env out of version control.",
    ...[API_KEY, ...names].map((name) => `${name}=`),
    ""
  ].join("\n")
}
