// The words behind `npm create @inlet/connector`.
import { parseArgs } from "node:util"
import * as Effect from "effect/Effect"
import type { Given } from "./Answers.ts"
import { flag, questions } from "./Questions.ts"
import { ScaffoldError } from "./ScaffoldError.ts"

export const COMMAND = "npm create @inlet/connector --"

export interface Parsed {
  readonly given: Given
  readonly dir: string | undefined
  readonly yes: boolean
  readonly help: boolean
}

const text = { type: "string" } as const
const bool = { type: "boolean", default: false } as const

const read = (argv: ReadonlyArray<string>) =>
  parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      ...{ service: text, name: text, "base-url": text, auth: text, pages: text, stream: text },
      ...{ dir: text, yes: { ...bool, short: "y" }, help: { ...bool, short: "h" } }
    }
  })

/** A name may stand alone too. */
export const parse = Effect.fnUntraced(function* (argv: ReadonlyArray<string>) {
  const { positionals, values } = yield* Effect.try({
    try: () => read(argv),
    catch: (error) =>
      new ScaffoldError({
        detail: error instanceof Error ? error.message : String(error),
        fix: `${COMMAND} --help`
      })
  })
  const [name = values.name, ...others] = positionals
  if (others.length > 0 || (values.name !== undefined && name !== values.name)) {
    return yield* new ScaffoldError({ detail: "There is more than one name.", fix: `${COMMAND} --help` })
  }
  const { auth, "base-url": baseUrl, dir, help, pages, service, stream, yes } = values
  const parsed: Parsed = { given: { name, service, baseUrl, auth, pages, stream }, dir, yes, help }
  return parsed
})

const VALUES: Readonly<Record<string, string>> = { baseUrl: "URL" }

export const usage = [
  "Makes the package of a connector for Inlet.",
  "",
  `Usage  ${COMMAND} [NAME] [OPTIONS]`,
  "",
  ...[
    ...questions.map(({ choices, key, text }): readonly [string, string] => [
      `${flag(key)} ${VALUES[key] ?? key.toUpperCase()}`,
      choices === undefined ? text : `${text} ${choices.map(([value]) => value).join(", ")}`
    ]),
    ["--dir DIR", "Folder to write; by default one of the package's name"] as const,
    ["-y, --yes", "Ask nothing; take what is suggested"] as const,
    ["-h, --help", "This help"] as const
  ].map(([option, meaning]) => `  ${option.padEnd(20)}${meaning}`),
  "",
  "Example",
  `  ${COMMAND} inlet-connector-tasks --base-url https://api.example.com --auth header --pages page --yes`,
  ""
].join("\n")
