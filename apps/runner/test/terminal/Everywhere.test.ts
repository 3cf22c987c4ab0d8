// Every command there is, on terminals of 80 and 200 columns, piped, without colours and as JSON: no line that is wider than the
// terminal, no control sequence where none may be, nothing but JSON where JSON is wanted.
import type { ChildProcess } from "node:child_process"
import { stripVTControlCharacters } from "node:util"
import { assert, describe, layer } from "@effect/vitest"
import { StravaEmulator } from "@inlet/emulators"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { tree } from "../../src/cli/Commands.ts"
import type * as Tree from "../../src/cli/Tree.ts"
import * as Width from "../../src/output/Width.ts"
import { folder, inlet, jsonLines } from "../support/Inlet.ts"
import { isColoured, isThere, onTerminal, type Terminal } from "../support/Terminal.ts"
import { world } from "../support/World.ts"

/** A folder in which much has happened: rows sent and refused, a run that failed, a source that nobody is signed in to. */
class Place extends Context.Tag("test/Place")<
  Place,
  {
    readonly cwd: string
    readonly empty: string
    readonly env: Readonly<Record<string, string>>
    readonly run: string
    /** Rows in quarantine. */
    readonly rows: ReadonlyArray<string>
  }
>() {}

const Runs = Schema.decodeUnknownSync(Schema.Array(Schema.Struct({ run: Schema.String, stream: Schema.String })))
const Rows = Schema.decodeUnknownSync(Schema.Array(Schema.Struct({ batch: Schema.String, item: Schema.Number })))

const place = Effect.gen(function* () {
  const here = yield* world({
    repositories: ["acme/app"],
    streams: ["issues", "releases", "pull_request_reviews"],
    databox: {
      behaviour: {
        rejectRows: [1, 2, 3, 4, 5, 6, 7, 8, 9].map((number) => ({ column: "number", equals: number }))
      }
    }
  })
  const strava = yield* StravaEmulator.start({ athletes: 1, activities: 5 })
  yield* here.append(`  strava:
    connector: "@inlet/connector-strava"
    config: { clientId: ${strava.clientId}, clientSecret: "\${STRAVA_CLIENT_SECRET}", apiUrl: "${strava.apiUrl}", authUrl: "${strava.authUrl}" }
`)
  const env = {
    ...here.env,
    STRAVA_CLIENT_SECRET: strava.clientSecret,
    INLET_KEY: Buffer.alloc(32, 7).toString("base64")
  }
  yield* here.githubFaults([{ match: { path: "/reviews" }, action: { type: "status", status: 422 }, times: 0 }])
  yield* here.run(["sync"], { env })
  const told = (args: ReadonlyArray<string>) =>
    Effect.map(here.run([...args, "--json"], { env }), ({ stdout }) => jsonLines(stdout))
  const runs = Runs(yield* told(["runs"]))
  const rows = Rows(yield* told(["quarantine", "list"])).map(({ batch, item }) => `${batch}/${item}`)
  return {
    cwd: here.cwd,
    empty: yield* folder(),
    env,
    run: runs.find(({ stream }) => stream === "issues")?.run ?? "",
    rows
  }
})

type Here = typeof Place.Service

interface Call {
  /** The words; each time others where the same would be refused the second time. */
  readonly args: (here: Here, time: number) => ReadonlyArray<string>
  /** Where it does not end by itself: what it has said before Ctrl-C. */
  readonly until?: RegExp
  /** In a folder where there is nothing. */
  readonly empty?: boolean
  /** Prints what is no text for people, a script or a record, or draws over its own lines. */
  readonly verbatim?: boolean
  /** Takes so long that it is tried once, on the narrow terminal. */
  readonly once?: boolean
}

const just =
  (...args: ReadonlyArray<string>) =>
  () =>
    args

/** How each command is called, at least once. */
const CALLS: Readonly<Record<string, ReadonlyArray<Call>>> = {
  demo: [{ args: just("demo"), once: true, until: /First sync/ }],
  init: [
    {
      args: (_, time) => ["init", "--yes", "--connector", "@inlet/connector-github", ...(time > 0 ? ["--force"] : [])],
      empty: true
    },
    { args: just("init", "--yes", "--connector", "@acme/nowhere", "--force"), empty: true }
  ],
  doctor: [{ args: just("doctor") }, { args: just("doctor"), empty: true }],
  login: [
    { args: just("login", "strava", "--no-browser"), until: /open this address/ },
    { args: just("login", "github") }
  ],
  logout: [{ args: just("logout", "strava") }],
  sync: [
    { args: just("sync") },
    {
      args: just("sync", "github", "--dry-run", "--full", "--limit", "5", "--stream", "issues", "--stream", "releases")
    },
    { args: just("sync", "gihtub") },
    { args: just("sync"), empty: true }
  ],
  send: [{ args: just("send") }],
  status: [{ args: just("status") }],
  runs: [{ args: just("runs") }, { args: ({ run }) => ["runs", run] }, { args: just("runs", "nothing") }],
  sends: [{ args: just("sends") }],
  events: [{ args: just("events") }],
  trace: [{ args: ({ run }) => ["trace", run] }],
  "quarantine list": [{ args: just("quarantine", "list") }, { args: just("quarantine", "list", "--all") }],
  "quarantine show": [
    { args: ({ rows }) => ["quarantine", "show", rows[0] ?? ""] },
    { args: ({ rows }) => ["quarantine", "show", rows[0] ?? "", "--raw"], verbatim: true }
  ],
  "quarantine release": [{ args: ({ rows }) => ["quarantine", "release", rows[0] ?? ""] }],
  "quarantine discard": [{ args: ({ rows }, time) => ["quarantine", "discard", rows[time + 1] ?? ""] }],
  "replay views": [{ args: just("replay", "views") }],
  "replay sends": [
    { args: just("replay", "sends", "--stream", "issues") },
    { args: just("replay", "sends", "--dry-run") }
  ],
  verify: [{ args: just("verify") }],
  backup: [{ args: just("backup", "inlet.bak", "--force") }, { args: just("backup", ".inlet/inlet.db") }],
  export: [{ args: just("export", "log.jsonl", "--force") }],
  import: [
    { args: (_, time) => ["import", "log.jsonl", "--store", `imported-${time}.db`] },
    { args: just("import", "log.jsonl") }
  ],
  prune: [{ args: just("prune", "--dry-run") }, { args: just("prune") }],
  erase: [
    { args: just("erase", "github", "--subject", "nobody", "--yes") },
    { args: just("erase", "strava", "--yes") }
  ],
  "key rotate": [{ args: just("key", "rotate") }],
  "schema list": [{ args: just("schema", "list") }],
  "schema show": [{ args: just("schema", "show", "issues") }, { args: just("schema", "show", "nothing") }],
  "schema check": [{ args: just("schema", "check") }, { args: just("schema", "check", "--live") }],
  "schema write": [{ args: just("schema", "write") }],
  "connector list": [{ args: just("connector", "list") }],
  "connector new": [
    { args: (_, time) => ["connector", "new", "inlet-connector-tasks", "--yes", "--dir", `tasks-${time}`] },
    { args: just("connector", "new"), until: /\?/, verbatim: true }
  ],
  "connector test": [{ args: just("connector", "test", "nowhere") }],
  "connector record": [
    {
      args: just(
        "connector",
        "record",
        "--source",
        "github",
        "--stream",
        "releases",
        "--out",
        "cassette.json",
        "--force"
      )
    }
  ],
  "emulate databox": [{ args: just("emulate", "databox"), until: /listens at|"url"/ }],
  help: [{ args: just("help") }, { args: just("help", "sync") }, { args: just("help", "environment") }],
  completion: [{ args: just("completion", "bash"), verbatim: true }]
}

/** The commands that do something. */
const names = (tree: Tree.Tree, path: ReadonlyArray<string> = []): ReadonlyArray<string> =>
  tree.groups.length === 0
    ? [path.join(" ")]
    : tree.groups.flatMap(({ commands }) => commands.flatMap((one) => names(one, [...path, one.name])))

const CTRL_C = "\u0003"

/** Presses Ctrl-C once it has said that. */
const ending = (until: RegExp | undefined) => {
  let done = until === undefined
  return (written: string, interrupt: () => void) => {
    if (done || until?.test(written) !== true) return
    done = true
    interrupt()
  }
}

/** What is not broken, since it is there to be copied: an address, a path, a command by itself on its line. */
const isPiece = (line: string): boolean => /^\S+$|^(inlet|npx|npm|curl|node) |"[^ "]{40,}"/.test(line.trim())

const tooWide = (written: string, columns: number): ReadonlyArray<string> =>
  stripVTControlCharacters(written)
    .split(/[\r\n]+/)
    .filter((line) => Width.of(line) > columns && !isPiece(line))

describe.skipIf(!isThere)("every command", () => {
  layer(Layer.scoped(Place, place), { timeout: 240_000, excludeTestServices: true })((it) => {
    it.effect("is called here", () =>
      Effect.sync(() => {
        assert.deepStrictEqual(Object.keys(CALLS).toSorted(), names(tree).toSorted())
      })
    )

    for (const [name, calls] of Object.entries(CALLS)) {
      for (const [index, call] of calls.entries()) {
        const { args, empty = false, once = false, until, verbatim = false } = call
        it.effect(`inlet ${name}${index === 0 ? "" : ` (${index + 1})`}`, () =>
          Effect.gen(function* () {
            const here = yield* Place
            const cwd = empty ? here.empty : here.cwd
            let time = 0
            const at = (columns: number, env: Readonly<Record<string, string>> = {}) => {
              const typing = ending(until)
              const seen = (written: string, { type }: Terminal) => typing(written, () => type(CTRL_C))
              return onTerminal(args(here, time++), { columns, cwd, env: { ...here.env, ...env }, seen })
            }
            const piped = (...more: ReadonlyArray<string>) => {
              const stopping = ending(until)
              const seen = (text: string, child: ChildProcess) => stopping(text, () => child.kill("SIGINT"))
              return inlet([...args(here, time++), ...more], { cwd, env: here.env, seen })
            }

            const narrow = yield* at(80, { NO_COLOR: "1" })
            if (!verbatim) assert.deepStrictEqual(tooWide(narrow.written, 80), [])
            assert.isFalse(isColoured(narrow.written), narrow.written)
            assert.isTrue(narrow.cursor)
            if (once) return
            const wide = yield* at(200)
            if (!verbatim) assert.deepStrictEqual(tooWide(wide.written, 200), [])

            const plain = yield* piped()
            assert.notInclude(plain.stdout + plain.stderr, "\u001b")
            assert.isNotEmpty(plain.stdout + plain.stderr)
            const json = yield* piped("--json")
            assert.notInclude(json.stdout + json.stderr, "\u001b")
            const items = JSON.stringify(jsonLines(json.stdout))
            // Programs are told the same as people, whether it ends well or badly.
            assert.strictEqual(json.code, plain.code, json.stdout)
            if (![0, 3, 130].includes(json.code ?? 0)) assert.include(items, '"code":"E_')
          })
        )
      }
    }
  })
})
