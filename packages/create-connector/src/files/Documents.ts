// What people read of a new package: README.md for its users and whoever works on it, CHANGELOG.md, LICENSE.
import { Manifest } from "@inlet/sdk"
import type { Answers } from "../Answers.ts"
import * as Names from "../Names.ts"
import { dataset, words } from "./Example.ts"
import { hosts, signIns, signInUrl } from "./SignIn.ts"

const ABOUT: Readonly<Record<string, string>> = {
  token: "A token.",
  apiKey: "A key.",
  user: "The user's name.",
  password: "The user's password.",
  clientId: "The application's client id.",
  clientSecret: "The application's client secret."
}

const table = (head: ReadonlyArray<string>, rows: ReadonlyArray<ReadonlyArray<string>>): string =>
  [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n")

const code = (text: string) => `\`${text}\``
const codes = (texts: ReadonlyArray<string>) => texts.map(code).join(", ")

/** The part of inlet.yaml that adds the connector. */
const configuration = (answers: Answers, connector: string, more: ReadonlyArray<string> = []): string => {
  const source = Names.sourceOf(answers.name)
  const members = [
    ...Object.entries(signIns[answers.auth].members).map(([member, kind]) =>
      kind === "secret" ? `${member}: \${${Names.variable(source, member)}}` : `${member}: ""`
    ),
    ...more
  ]
  return [
    "```yaml",
    "sources:",
    `  ${source}:`,
    `    connector: ${JSON.stringify(connector)}`,
    ...(members.length === 0 ? [] : ["    config:", ...members.map((member) => `      ${member}`)]),
    "```"
  ].join("\n")
}

export const readme = (answers: Answers): string => {
  const { auth, baseUrl, name, service, stream } = answers
  const source = Names.sourceOf(name)
  const { columns, meaning } = dataset(answers).contract
  const { members } = signIns[auth]
  const secrets = Object.entries(members).filter(([, kind]) => kind === "secret")
  const personal = columns.filter((column) => column.personal === true)
  return `# ${name}

${service} as a source of Inlet: copies ${words(stream)} from ${service} into a dataset of Databox.

| stream | dataset | rows |
| --- | --- | --- |
| ${code(stream)} | ${code(`${source}_${stream}`)} | ${meaning} |

## Use

\`\`\`
npm install ${name}
\`\`\`

In \`inlet.yaml\`:

${configuration(answers, name)}

${secrets.length === 0 ? "Then:" : `Put ${codes(secrets.map(([member]) => Names.variable(source, member)))} into the environment, or into \`.env\` beside \`inlet.yaml\`. Then:`}

\`\`\`
${auth === "oauth2" ? `npx inlet login ${source}\n` : ""}npx inlet sync --dry-run --limit 10
npx inlet sync
\`\`\`

## Configuration

${table(
  ["member", "", "what"],
  [
    ...Object.keys(members).map((member) => [code(member), "required", ABOUT[member] ?? ""]),
    ...(auth === "oauth2"
      ? [[code("signInUrl"), `unless told ${code(signInUrl(answers))}`, "Where people sign in."]]
      : []),
    [code("baseUrl"), `unless told ${code(baseUrl)}`, "Where the API is."]
  ]
)}

It asks ${codes(hosts(answers))} and no other host, and reads only.

## Columns

${table(
  ["column", "type", "what"],
  columns.map(({ meaning, name, optional, type }) => [code(name), optional ? `${type}, optional` : type, meaning])
)}

The whole contract: [schemas/index.md](schemas/index.md).

## Privacy

${personal.length === 0 ? "No column identifies a person." : `These columns identify a person: ${codes(personal.map(({ name }) => name))}.`} Answers of ${service} are kept in Inlet's store as
they were received, for as long as \`retention\` in \`inlet.yaml\` says; \`npx inlet erase ${source}\` erases them, here and at
Databox. Credentials go to ${codes(hosts(answers))} only, and into no log, store or message.

## Work on it

\`\`\`
npm install
npm test                                # the conformance kit, on the answers in test/cassette.json
npm run build
npx inlet schema write --connector .    # after a change of columns: writes schemas/ anew
npm run publish:check                   # all that has to hold before a release
\`\`\`

To try it, put its folder into an \`inlet.yaml\` and build it first:

${configuration(answers, "./")}

A release is a tag: put the version into \`package.json\` and what changed into \`CHANGELOG.md\`, commit both with
\`package-lock.json\`, and push a tag such as \`v0.1.0\`. \`.github/workflows/ci.yml\` publishes it with provenance; it takes a
token of npm from the secret \`NPM_TOKEN\`. The keyword \`${Manifest.KEYWORD}\` makes the package found.

## Licence

MIT, see [LICENSE](LICENSE).
`
}

export const changelog = (answers: Answers): string => `# Changelog

## 0.1.0

- Copies ${words(answers.stream)}.
`

export const license = (holder: string, year: number): string => `MIT License

Copyright (c) ${year} ${holder}

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.
`
