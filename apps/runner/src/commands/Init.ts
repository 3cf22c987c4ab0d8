// `inlet init`: a first configuration, asked for on a terminal or given by options.
import { join, relative, sep } from "node:path"
import { fileURLToPath } from "node:url"
import * as Prompt from "@effect/cli/Prompt"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Configuration from "../configuration/Configuration.ts"
import * as Connectors from "../configuration/Connectors.ts"
import * as Template from "../configuration/Template.ts"
import * as Asking from "../output/Asking.ts"
import { FileError, UsageError } from "../output/Failure.ts"
import { Output } from "../output/Output.ts"
import { ownConnectors } from "../Version.ts"

export interface Options {
  readonly connector: ReadonlyArray<string>
  readonly repository: ReadonlyArray<string>
  readonly yes: boolean
  readonly force: boolean
}

const EXAMPLE = ".env.example"

/** What `--repository` fills in. */
const REPOSITORIES = "repositories"

const split = (text: string) => text.split(/[\s,]+/).filter((word) => word !== "")

const services = Prompt.multiSelect({
  message: "Which services do you want to copy from?",
  choices: ownConnectors.map((name) => ({ title: Template.sourceName(name), value: name, selected: true })),
  min: 1
})

const choose = Effect.fnUntraced(function* (name: string, options: Options, ask: boolean) {
  const connectors = yield* Connectors.Connectors
  const connector = yield* Effect.mapError(
    connectors.open(name, process.cwd()),
    ({ message }) => new UsageError({ detail: message, fix: "Install the connector here, or check its name." })
  )
  const source = Template.sourceName(name)
  const values = new Map<string, ReadonlyArray<string>>()
  for (const field of Template.questions(connector)) {
    if (field.name === REPOSITORIES && options.repository.length > 0) values.set(field.name, options.repository)
    else if (ask) {
      const message = `${source}: ${field.name}${field.list ? " (separated by commas)" : ""}`
      const text = yield* Asking.ask(Prompt.text({ message }))
      values.set(field.name, field.list ? split(text) : [text])
    }
  }
  const chosen: Template.Chosen = { name: source, connector, values }
  return chosen
})

const schemaFile = (folder: string) => {
  const path = relative(folder, fileURLToPath(new URL("../inlet.schema.json", import.meta.url)))
  return path
    .split(sep)
    .join("/")
    .replace(/^(?!\.)/, "./")
}

const write = Effect.fnUntraced(function* (texts: Readonly<Record<string, string>>, force: boolean) {
  const files = yield* FileSystem.FileSystem
  const folder = process.cwd()
  const there = yield* Effect.filter(Object.keys(texts), (name) =>
    Effect.orElseSucceed(files.exists(join(folder, name)), () => false)
  )
  if (there.length > 0 && !force) {
    return yield* new FileError({
      detail: `There is already ${there.join(" and ")} in ${folder}.`,
      fix: "Use --force to replace what is there, or go to another folder."
    })
  }
  for (const [name, text] of Object.entries(texts)) {
    yield* Effect.mapError(
      files.writeFileString(join(folder, name), text),
      ({ message }) => new FileError({ detail: message, fix: "Make the folder writable." })
    )
  }
})

export const run = Effect.fnUntraced(function* (options: Options) {
  const output = yield* Output
  const ask = !options.yes && (yield* Asking.isPossible)
  if (!ask && !options.yes && options.connector.length === 0) {
    return yield* Asking.refuse(`inlet init --yes --connector ${ownConnectors.join(" --connector ")}`)
  }
  const names = options.connector.length > 0 ? options.connector : ask ? yield* Asking.ask(services) : ownConnectors
  const chosen = yield* Effect.forEach(names, (name) => choose(name, options, ask))
  yield* write(
    {
      [Configuration.FILE]: Template.configuration(chosen, schemaFile(process.cwd())),
      [EXAMPLE]: Template.example(chosen)
    },
    options.force
  )
  if (output.json) yield* output.item({ files: [Configuration.FILE, EXAMPLE] })
  yield* output.say(`Wrote ${Configuration.FILE} and ${EXAMPLE}.`)
  yield* output.say(
    "Next: copy .env.example to .env and fill it in, look at inlet.yaml, then run: inlet sync --dry-run"
  )
  return 0
}, Effect.provide(Connectors.layer))
