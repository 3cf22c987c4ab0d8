// A GitHub and a Databox on loopback, a folder with a configuration that points at them, and the built `inlet` run in it.
import { existsSync } from "node:fs"
import { appendFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { DataboxEmulator, GitHubEmulator } from "@inlet/emulators"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { folder, inlet, type Options } from "./Inlet.ts"

const Counts = Schema.Struct({
  read: Schema.Number,
  sent: Schema.Number,
  unchanged: Schema.Number,
  superseded: Schema.Number,
  quarantined: Schema.Number,
  pending: Schema.Number
})

const Failure = Schema.Struct({
  code: Schema.String,
  message: Schema.String,
  kept: Schema.String,
  fix: Schema.String,
  reference: Schema.NullOr(Schema.String)
})

export const Run = Schema.Struct({
  run: Schema.NullOr(Schema.String),
  source: Schema.String,
  stream: Schema.String,
  dataset: Schema.String,
  mode: Schema.String,
  outcome: Schema.String,
  counts: Counts,
  requests: Schema.Struct({ source: Schema.Number, sink: Schema.Number }),
  warnings: Schema.Array(Schema.String),
  error: Schema.NullOr(Failure)
})
export type Run = typeof Run.Type

const Report = Schema.Struct({
  command: Schema.String,
  exitCode: Schema.Number,
  traceId: Schema.String,
  runs: Schema.Array(Run)
})

const Refusal = Schema.Struct({ error: Failure })

export const decodeReport = Schema.decodeUnknownSync(Schema.parseJson(Report), { onExcessProperty: "error" })
export const decodeRefusal = Schema.decodeUnknownSync(Schema.parseJson(Refusal), { onExcessProperty: "error" })

export interface Settings {
  readonly github?: GitHubEmulator.Options
  readonly databox?: DataboxEmulator.Options
  /** Members of the `github` source's `config`, as YAML flow text. */
  readonly repositories?: ReadonlyArray<string>
  readonly streams?: ReadonlyArray<string>
  /** The other members of the source's `config`, each a line of YAML; the token unless told. */
  readonly config?: ReadonlyArray<string>
  /** Variables beside the right credentials. */
  readonly env?: Readonly<Record<string, string>>
  /** Other hosts than the emulators'. */
  readonly githubUrl?: string
  readonly databoxUrl?: string
  readonly settle?: string
}

/** Everything up, until the scope ends. */
export const world = (settings: Settings = {}) =>
  Effect.gen(function* () {
    const github = yield* GitHubEmulator.start({
      ...settings.github,
      behaviour: { rateLimit: { limit: 1_000_000, status: 403 }, ...settings.github?.behaviour }
    })
    const databox = yield* DataboxEmulator.start({
      ...settings.databox,
      behaviour: { rateLimit: null, ...settings.databox?.behaviour }
    })
    const repositories = settings.repositories ?? ["acme/app", "acme/api"]
    const streams = settings.streams ?? ["issues", "pull_requests"]
    const config = settings.config ?? ["token: ${GITHUB_TOKEN}"]
    const cwd = yield* folder({
      "inlet.yaml": `databox:
  apiKey: \${DATABOX_API_KEY}
  baseUrl: ${settings.databoxUrl ?? databox.url}
  settle: ${settings.settle ?? "1s"}
  limits: { records: 100, bytes: 8MB, perSecond: 10000, perHour: 10000000 }
sources:
  github:
    connector: "@inlet/connector-github"
    config:
      baseUrl: ${settings.githubUrl ?? github.url}
      repositories: [${repositories.join(", ")}]${config.map((line) => `\n      ${line}`).join("")}
    streams: [${streams.join(", ")}]
`
    })
    const env = { DATABOX_API_KEY: databox.apiKey, GITHUB_TOKEN: github.token, ...settings.env }
    const run = (args: ReadonlyArray<string>, options: Options = {}) =>
      inlet(args, { cwd, ...options, env: { ...env, ...options.env } })
    const json = (url: string, path: string, init?: RequestInit) =>
      Effect.promise(async (): Promise<unknown> => (await fetch(`${url}/_emulator/${path}`, init)).json())
    const put = (url: string, path: string, body: unknown, method = "PUT") =>
      json(url, path, { method, body: JSON.stringify(body), headers: { "content-type": "application/json" } })
    return {
      cwd,
      github,
      databox,
      store: join(cwd, ".inlet", "inlet.db"),
      /** The right credentials, and what the settings add. */
      env,
      run,
      /** `inlet … --json`, its report decoded strictly. */
      report: (...args: ReadonlyArray<string>) =>
        Effect.map(run([...args, "--json"]), ({ code, stderr, stdout }) => ({ code, stderr, ...decodeReport(stdout) })),
      /** A command that is refused as a whole. */
      refusal: (args: ReadonlyArray<string>, options: Options = {}) =>
        Effect.map(run([...args, "--json"], options), ({ code, stderr, stdout }) => ({
          code,
          stderr,
          ...decodeRefusal(stdout)
        })),
      /** The rows of a dataset at Databox, by their key column. */
      rows: (title: string) =>
        Effect.map(rowsOf(databox.url, title), (rows) => new Map(rows.map((row) => [Object.values(row)[0], row]))),
      /** What the source holds now; GitHub lists pull requests among the issues, here they are not. */
      items: (repository: string, kind: "issues" | "pulls") =>
        Effect.gen(function* () {
          const list = (kind: string) =>
            Effect.map(
              json(github.url, `items?repository=${repository}&kind=${kind}`),
              Schema.decodeUnknownSync(Schema.Array(Item))
            )
          const pulls = yield* list("pulls")
          if (kind === "pulls") return pulls
          const numbers = new Set(pulls.map(({ number }) => number))
          return (yield* list("issues")).filter(({ number }) => !numbers.has(number))
        }),
      /** Whole objects of any kind of list, in the order of making. */
      objects: (repository: string, kind: string) =>
        Effect.map(
          json(github.url, `items?repository=${repository}&kind=${kind}&full=1`),
          Schema.decodeUnknownSync(Schema.Array(Schema.Record({ key: Schema.String, value: Schema.Unknown })))
        ),
      journal: (url: string) => Effect.map(json(url, "journal"), Schema.decodeUnknownSync(Journal)),
      databoxBehaves: (behaviour: Partial<DataboxEmulator.Behaviour>) => put(databox.url, "behaviour", behaviour),
      databoxFaults: (rules: ReadonlyArray<unknown>) => put(databox.url, "faults", rules),
      githubFaults: (rules: ReadonlyArray<unknown>) => put(github.url, "faults", rules),
      githubBehaves: (behaviour: GitHubEmulator.Options["behaviour"]) => put(github.url, "behaviour", behaviour),
      githubPost: (path: string, body: unknown) => put(github.url, path, body, "POST"),
      hasStore: () => existsSync(join(cwd, ".inlet", "inlet.db")),
      write: (name: string, text: string) => Effect.promise(() => writeFile(join(cwd, name), text)),
      /** More sources, as lines of YAML. */
      append: (text: string) => Effect.promise(() => appendFile(join(cwd, "inlet.yaml"), text))
    }
  })

export type World = Effect.Effect.Success<ReturnType<typeof world>>

const Item = Schema.Struct({ id: Schema.Number, number: Schema.Number, updated_at: Schema.String })

const Journal = Schema.Struct({
  entries: Schema.Array(
    Schema.Struct({
      method: Schema.String,
      path: Schema.String,
      query: Schema.String,
      status: Schema.NullOr(Schema.Number),
      headers: Schema.Record({ key: Schema.String, value: Schema.String }),
      credential: Schema.String
    })
  )
})

const Rows = Schema.Array(Schema.Record({ key: Schema.String, value: Schema.Union(Schema.String, Schema.Number) }))
export type Row = (typeof Rows.Type)[number]

const rowsOf = (url: string, title: string) =>
  Effect.promise(async () => {
    const all: Array<Row> = []
    for (;;) {
      const path = `${url}/_emulator/datasets/${title}/rows?offset=${all.length}&limit=5000`
      const answer = await fetch(path)
      if (answer.status === 404) return all
      const page = Schema.decodeUnknownSync(Rows)(await answer.json())
      all.push(...page)
      if (page.length < 5_000) return all
    }
  })
