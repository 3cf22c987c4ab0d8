// A service that is signed in to, a Databox, a folder with a configuration that points at both, and the built `inlet` run in
// it by somebody with a browser.
import { spawn } from "node:child_process"
import { fileURLToPath, pathToFileURL } from "node:url"
import { DataboxEmulator } from "@inlet/emulators"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Schema from "effect/Schema"
import { folder, inlet, type Options } from "../support/Inlet.ts"
import { decodeRefusal, decodeReport } from "../support/World.ts"
import { agent, type Decision } from "./Agent.ts"

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url))

export const SECRET = "notes-s3cret"

/** The streams of its connector. */
export const STREAMS = ["notes", ...[2, 3, 4, 5, 6, 7, 8].map((number) => `notes_${number}`)]

const Form = Schema.Record({ key: Schema.String, value: Schema.Unknown })
const Journal = Schema.Struct({
  journal: Schema.Array(Schema.Struct({ path: Schema.String, status: Schema.Number, form: Form, answer: Form })),
  events: Schema.Array(Schema.Struct({ name: Schema.String, error: Schema.NullOr(Schema.String) }))
})
const decodeJournal = Schema.decodeUnknownSync(Journal)

/** The service, in a process of its own. */
const provider = (options: object) =>
  Effect.gen(function* () {
    const url = yield* Deferred.make<URL>()
    yield* Effect.acquireRelease(
      Effect.sync(() => {
        const child = spawn(process.execPath, [here("provider.mjs"), JSON.stringify(options)], {
          stdio: ["ignore", "pipe", "ignore"]
        })
        let text = ""
        child.stdout.setEncoding("utf8").on("data", (piece: string) => {
          text += piece
          if (text.endsWith("\n"))
            Deferred.unsafeDone(
              url,
              Effect.sync(() => new URL(JSON.parse(text).url))
            )
        })
        child.on("close", (code) => Deferred.unsafeDone(url, Effect.dieMessage(`the provider ended with ${code}`)))
        return child
      }),
      (child) => Effect.sync(() => child.kill("SIGKILL"))
    )
    return yield* Deferred.await(url)
  })

/** Runs with a module of this folder loaded first. */
const preloaded = (name: string, env: Options["env"] = {}): Options => ({
  env: { NODE_OPTIONS: `--import=${pathToFileURL(here(name)).href}`, ...env }
})

/** By a clock that is wrong by so many hours. */
export const hoursOff = (hours: number) => preloaded("clock.mjs", { CLOCK_OFF: String(hours * 3_600_000) })

/** Ten minutes are over as soon as they begin. */
export const impatient = preloaded("clock.mjs", { CLOCK_SKIP: "yes" })

/** A person sits before it. */
export const atTerminal = preloaded("terminal.mjs")

export interface Settings {
  readonly provider?: { readonly accessSeconds?: number }
  /** Further lines of the source's `config`. */
  readonly config?: ReadonlyArray<string>
  /** Only `notes` unless told. */
  readonly streams?: ReadonlyArray<string>
}

/** Everything up, until the scope ends. */
export const notes = (settings: Settings = {}) =>
  Effect.gen(function* () {
    const service = yield* provider(settings.provider ?? {})
    const databox = yield* DataboxEmulator.start({ behaviour: { rateLimit: null } })
    const config = [`baseUrl: ${service.origin}`, "clientSecret: ${NOTES_SECRET}", ...(settings.config ?? [])]
    const cwd = yield* folder({
      "inlet.yaml": `databox:
  apiKey: \${DATABOX_API_KEY}
  baseUrl: ${databox.url}
  settle: 1s
sources:
  notes:
    connector: ${here("notes")}
    streams: [${settings.streams ?? "notes"}]
    config:${config.map((line) => `\n      ${line}`).join("")}
  github:
    connector: "@inlet/connector-github"
    config: { repositories: [acme/app] }
`
    })
    const said: Array<string> = []
    const run = (args: ReadonlyArray<string>, options: Options = {}) =>
      inlet(args, {
        cwd,
        ...options,
        env: { DATABOX_API_KEY: databox.apiKey, NOTES_SECRET: SECRET, XDG_CONFIG_HOME: cwd, ...options.env }
      }).pipe(Effect.tap(({ stderr, stdout }) => Effect.sync(() => said.push(stderr, stdout))))
    const ask = (path: string, init?: RequestInit) =>
      Effect.promise(async (): Promise<unknown> => (await fetch(new URL(`/_test/${path}`, service), init)).json())

    /** Begins a sign-in; `match` finds in what it says where it goes on. */
    const begin = (args: ReadonlyArray<string>, match: RegExp, options: Options = {}) =>
      Effect.gen(function* () {
        const found = yield* Deferred.make<RegExpExecArray>()
        let text = ""
        const process = yield* Deferred.make<Parameters<NonNullable<Options["seen"]>>[1]>()
        const running = yield* Effect.fork(
          run(["login", "notes", ...args], {
            ...options,
            seen: (piece, child) => {
              text += piece
              Deferred.unsafeDone(process, Effect.succeed(child))
              const matched = match.exec(text)
              if (matched !== null) Deferred.unsafeDone(found, Effect.succeed(matched))
            }
          })
        )
        const over = Effect.flatMap(Fiber.join(running), ({ stderr }) => Effect.dieMessage(`it ended:\n${stderr}`))
        const where = yield* Effect.raceFirst(Deferred.await(found), over)
        return { where, child: yield* Deferred.await(process), ended: Fiber.join(running) }
      })

    return {
      cwd,
      service,
      databox,
      store: `${cwd}/.inlet/inlet.db`,
      /** All that was printed until now. */
      said,
      run,
      refusal: (args: ReadonlyArray<string>, options: Options = {}) =>
        Effect.map(run([...args, "--json"], options), ({ code, stdout }) => ({
          exit: code,
          ...decodeRefusal(stdout).error
        })),
      sync: (options: Options = {}, args: ReadonlyArray<string> = []) =>
        Effect.map(run(["sync", "notes", "--json", ...args], options), ({ code, stdout }) => {
          const { runs } = decodeReport(stdout)
          return { code, run: runs[0] }
        }),
      /** A sign-in that waits for its answer at `redirect`. */
      begin: (args: ReadonlyArray<string> = [], options: Options = {}) =>
        Effect.map(begin(args, /^ {2}(http\S+)\n/m, options), ({ where, ...rest }) => {
          const address = new URL(where[1] ?? "")
          return { address, redirect: new URL(address.searchParams.get("redirect_uri") ?? ""), ...rest }
        }),
      beginOnDevice: (args: ReadonlyArray<string> = []) =>
        begin(["--device", ...args], /enter (\S+) there:\n\n {2}(http\S+)\n/),
      /** What the browser is led back to. */
      browse: (address: URL, decision: Decision = {}) => Effect.promise(() => agent(decision)(address)),
      journal: Effect.map(ask("journal"), decodeJournal),
      expire: ask("expire"),
      faults: (faults: ReadonlyArray<{ readonly path: string; readonly status: number | null }>) =>
        ask("faults", { method: "POST", body: JSON.stringify(faults) })
    }
  })

export type Notes = Effect.Effect.Success<ReturnType<typeof notes>>

/** What the browser shows. */
export const visit = (url: URL, init?: RequestInit) =>
  Effect.promise(async () => {
    const answer = await fetch(url, init)
    return { status: answer.status, headers: answer.headers, text: await answer.text() }
  })

/** Somebody signs in and agrees. */
export const signIn = (it: Notes, decision: Decision = {}, args: ReadonlyArray<string> = [], options: Options = {}) =>
  Effect.gen(function* () {
    const { address, ended, redirect } = yield* it.begin(args, options)
    const back = yield* it.browse(address, decision)
    const page = yield* visit(back)
    return { page, back, redirect, ...(yield* ended) }
  })

/** The token requests of a grant. */
export const asked = (it: Notes, grant: string) =>
  Effect.map(it.journal, ({ journal }) =>
    journal.filter(({ form, path }) => path === "/token" && form.grant_type === grant)
  )
