// src/index.ts of a new package: all of a connector with one stream, as an example to go on from.
import type { Dataset } from "@inlet/sdk"
import type { Answers } from "../Answers.ts"
import { dataset } from "./Example.ts"
import { hosts, signIns, signInUrl } from "./SignIn.ts"

/** How each kind of list is described: what a request asks for, and how it leads to the next page. */
const LISTS: Readonly<Record<Answers["pages"], ReadonlyArray<string>>> = {
  link: ['query: { sort: "updated_at", per_page: 100 },', "pages: Pages.link,"],
  page: [
    'items: "data",',
    'query: { sort: "updated_at", per_page: 100 },',
    'pages: Pages.page({ parameter: "page" }),'
  ],
  offset: ['items: "data",', 'query: { sort: "updated_at" },', "pages: Pages.offset({ limit: 20 }),"],
  cursor: [
    'items: "data",',
    'query: { sort: "updated_at", limit: 100 },',
    'pages: Pages.cursor({ from: "next_cursor", parameter: "cursor" }),'
  ],
  single: ['items: "data",', 'query: { sort: "updated_at" },', "pages: Pages.single,"]
}

const SCHEMAS = { secret: "Config.secret", plain: "Schema.NonEmptyString" } as const

const quote = (text: string) => JSON.stringify(text)
const block = (lines: ReadonlyArray<string>, indent: string) => lines.map((line) => `\n${indent}${line}`).join("")

type Contract = Dataset.Dataset["contract"]

/** A column as code; of those that the example has. */
const column = (
  { primaryKey }: Contract,
  { from, meaning, name, optional, personal, type }: Contract["columns"][number]
) => {
  const kind = primaryKey.includes(name) ? "id" : type === "datetime" ? "timestamp" : "text"
  const options = [
    `meaning: ${quote(meaning)}`,
    ...(optional ? ["optional: true"] : []),
    ...(personal === true ? ["personal: true"] : [])
  ]
  return `${name}: Column.${kind}(${quote(from)}, { ${options.join(", ")} })`
}

/** With commas between. */
const listed = (lines: ReadonlyArray<string>) =>
  lines.map((line, index) => (index < lines.length - 1 ? `${line},` : line))

const provider = (service: string): ReadonlyArray<string> => [
  "// Inlet keeps the tokens and renews them: inlet login.",
  "oauth: ({ clientId, clientSecret, signInUrl }) => ({",
  `  service: ${quote(service)},`,
  "  clientId,",
  "  clientSecret,",
  '  authorizeUrl: new URL("/oauth/authorize", signInUrl),',
  '  tokenUrl: new URL("/oauth/token", signInUrl),',
  '  scopes: ["read"]',
  "}),"
]

/** The text of src/index.ts. */
export const source = (answers: Answers): string => {
  const { baseUrl, pages, service, stream } = answers
  const { auth, members } = signIns[answers.auth]
  const oauth = answers.auth === "oauth2"
  const { contract } = dataset(answers)
  const config = [
    ...Object.entries(members).map(([name, kind]) => `${name}: ${SCHEMAS[kind]}`),
    ...(oauth ? [`signInUrl: Config.baseUrl(${quote(signInUrl(answers))})`] : []),
    `baseUrl: Config.baseUrl(${quote(baseUrl)})`
  ]
  const given = auth === undefined ? ["baseUrl"] : ["baseUrl", ...Object.keys(members)]
  const described = [`service: ${quote(service)}`, "baseUrl", ...(auth === undefined ? [] : [`auth: ${auth}`])]
  const imports = ["Column", "Config", "Dataset", "Order", "Pages", "Rest", "RestStream"]
  return `// ${service} as a source of Inlet: which list is asked for, and which rows its items become.
import { createRequire } from "node:module"
import { ${[...(auth === undefined ? [] : ["Auth"]), ...imports].join(", ")} } from "@inlet/sdk"
import * as Schema from "effect/Schema"

const { name, version } = createRequire(import.meta.url)("../package.json")

// The rows: each column, the field it comes from and what it means. What breaks a released column raises the version.
const dataset = Dataset.make(
  {
    stream: ${quote(stream)},
    version: ${contract.version},
    primaryKey: ${quote(contract.primaryKey[0])},
    time: ${quote(contract.time)},
    meaning: ${quote(contract.meaning)}
  },
  {${block(listed(contract.columns.map((one) => column(contract, one))), "    ")}
  }
)

// The list: sorted by the last change, with a lower bound for it, so a run asks for what is new. Order has others.
const list = RestStream.make({
  dataset,
  template: ${quote(`/${stream}`)},${block(LISTS[pages], "  ")}
  order: Order.ascending("updated_since"),
  time: "updated_at"
})

export default Rest.connector({
  name,
  version,
  // What users write in inlet.yaml. A baseUrl may be a server on their own computer.
  config: Schema.Struct({${block(listed(config), "    ")}
  }),
  hosts: [${hosts(answers).map(quote).join(", ")}],
  streams: { ${stream}: list },${oauth ? block(provider(service), "  ") : ""}
  service: ({ ${given.join(", ")} }) => ({ ${described.join(", ")} })
})
`
}
