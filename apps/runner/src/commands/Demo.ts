// `inlet demo`: the whole pipeline on this computer. The services are emulated; the configuration, the store and the code
// are those of `inlet sync`.
import { randomBytes } from "node:crypto"
import { join } from "node:path"
import * as FileSystem from "@effect/platform/FileSystem"
import { Connections, EventStore, SendLog } from "@inlet/core"
import { DataboxEmulator, GitHubEmulator, StravaEmulator } from "@inlet/emulators"
import * as Clock from "effect/Clock"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { Globals } from "../cli/Globals.ts"
import * as Configuration from "../configuration/Configuration.ts"
import * as Connectors from "../configuration/Connectors.ts"
import * as Pipelines from "../configuration/Pipelines.ts"
import * as Activity from "../output/Activity.ts"
import { DemoError, FileError } from "../output/Failure.ts"
import * as Listing from "../output/Listing.ts"
import { Output } from "../output/Output.ts"
import * as Report from "../output/Report.ts"
import * as Composition from "../run/Composition.ts"
import { exitCode, type Result } from "../run/RunAll.ts"
import * as TokenKey from "../run/TokenKey.ts"
import * as Telemetry from "../telemetry/Telemetry.ts"
import * as TraceFile from "../telemetry/TraceFile.ts"
import { inlet } from "../Version.ts"
import { listing } from "./Sends.ts"
import { sync } from "./Sync.ts"

interface Services {
  readonly databox: DataboxEmulator.Emulator
  readonly github: GitHubEmulator.Started
  readonly strava: StravaEmulator.Started
}

// The names differ from the usual ones: a real key in the environment must not be used here.
const configuration = ({ databox, github, strava }: Services) => `databox:
  apiKey: \${DEMO_DATABOX_API_KEY}
  baseUrl: ${databox.url}
  # Databox itself allows 10 requests a second, GitHub 15; the emulated ones do not mind, so that the demo is quick.
  limits: { perSecond: 1000, perHour: 1000000 }
sources:
  github:
    connector: "@inlet/connector-github"
    config:
      token: \${DEMO_GITHUB_TOKEN}
      baseUrl: ${github.url}
      repositories: [acme/app, acme/api]
      requestsPerMinute: 100000
  strava:
    connector: "@inlet/connector-strava"
    config:
      clientId: ${strava.clientId}
      clientSecret: \${DEMO_STRAVA_CLIENT_SECRET}
      apiUrl: ${strava.apiUrl}
      authUrl: ${strava.authUrl}
`

const environment = ({ databox, github, strava }: Services) =>
  `DEMO_DATABOX_API_KEY=${databox.apiKey}
DEMO_GITHUB_TOKEN=${github.token}
DEMO_STRAVA_CLIENT_SECRET=${strava.clientSecret}
`

/** Without the browser of \`inlet login\`: the demo's athlete has agreed already. */
const signIn = Effect.fnUntraced(function* (strava: StravaEmulator.Started) {
  const { authorize } = yield* Connections.Connections
  const { accessToken, expiresAt, grant, refreshToken } = strava.tokens.issue()
  yield* authorize("strava", {
    access: Redacted.make(accessToken),
    refresh: Redacted.make(refreshToken),
    expiresAt: expiresAt * 1000,
    scopes: grant.scopes.toSorted()
  })
})

/** A key of its own, since the user's would be made for it. Who plays on needs one that is there then, too. */
const withKey = <A, E, R>(serve: boolean, effect: Effect.Effect<A, E, R>) => {
  if (serve) return effect
  const own = new Map([[TokenKey.NAME, randomBytes(32).toString("base64")]])
  return Effect.withConfigProvider(effect, ConfigProvider.orElse(ConfigProvider.fromMap(own), ConfigProvider.fromEnv))
}

const temporary = (keep: boolean) =>
  Effect.flatMap(FileSystem.FileSystem, (files) =>
    keep ? files.makeTempDirectory({ prefix: "inlet-demo-" }) : files.makeTempDirectoryScoped({ prefix: "inlet-demo-" })
  )

const prepare = Effect.fnUntraced(
  function* (services: Services, keep: boolean) {
    const files = yield* FileSystem.FileSystem
    const folder = yield* temporary(keep)
    const file = join(folder, Configuration.FILE)
    yield* files.writeFileString(file, configuration(services))
    yield* files.writeFileString(join(folder, ".env"), environment(services))
    return { file, store: join(folder, ".inlet", "inlet.db") }
  },
  Effect.mapError(({ message }) => new FileError({ detail: message, fix: "Make the temporary folder writable." }))
)

/** A new application at Strava may ask 100 times in a quarter of an hour, which this would wait for. */
const most = { quarter: 100_000, day: 100_000 }
const rateLimit = { overall: most, read: most }

/** Lines of the send log. */
const SHOWN = 12

const countEvents = Effect.flatMap(EventStore.EventStore, (store) => Stream.runCount(store.readAll()))

const once = (configuration: Configuration.Configuration, sources: ReadonlyArray<Pipelines.ConfiguredSource>) =>
  sync(configuration, sources, { full: false, limit: Option.none(), noWait: false }, Effect.succeed)

const sent = (results: ReadonlyArray<Result>) => results.reduce((sum, { report }) => sum + report.counts.sent, 0)

const next = (services: Services, file: string) => [
  "Everything stays up until Ctrl-C. The services:",
  `  GitHub   ${services.github.url}`,
  `  Strava   ${services.strava.url}`,
  `  Databox  ${services.databox.url}`,
  "To play with, in another terminal:",
  `  curl -X POST ${services.github.url}/_emulator/advance -d '{"days":7}'     # a week passes on GitHub`,
  `  curl -X POST ${services.strava.url}/_emulator/advance -d '{"days":7}'     # and on Strava: uploads, edits, deletions`,
  `  ${inlet} sync --config ${file}`,
  `  ${inlet} logout strava --config ${file}; ${inlet} login strava --config ${file}     # the athlete agrees at once`,
  `  ${inlet} sends --config ${file} --since 1h`,
  `  ${inlet} status --config ${file}`,
  `  ${inlet} trace last --config ${file}                # where the time went`,
  `  ${inlet} events --config ${file} --follow`,
  `  curl ${services.databox.url}/_emulator/datasets                            # what Databox holds`
]

const elsewhere = [
  "Where to look next:",
  `  ${inlet} demo --serve    the same, kept up to play with`,
  `  ${inlet} init            a configuration for your own GitHub and Databox`
]

/** The work is done: who plays on looks at a trace that is whole, and in which nobody waits. */
const keepUp = Effect.fnUntraced(function* (code: number) {
  yield* Telemetry.answered(code)
  const command = yield* Effect.orDie(Effect.currentSpan)
  command.end(yield* Clock.currentTimeNanos, Exit.void)
  return yield* Effect.never
})

const work = Effect.fnUntraced(function* ({ serve }: { readonly serve: boolean }) {
  const output = yield* Output
  const services: Services = yield* Activity.during("starting emulators of GitHub, Strava and Databox", () =>
    Effect.all({
      databox: DataboxEmulator.start({ behaviour: { rateLimit: null } }),
      github: GitHubEmulator.start(),
      strava: StravaEmulator.start({ athletes: 1, activities: 60, behaviour: { rateLimit } })
    })
  )
  const { file, store } = yield* prepare(services, serve)
  const configuration = yield* Configuration.load.pipe(
    Effect.updateService(Globals, (globals) => ({ ...globals, config: Option.some(file), store: Option.some(store) }))
  )
  // What is kept up can be looked at with all that belongs to it.
  const beside = yield* TraceFile.Beside
  if (serve) beside(store)
  const sources = yield* Pipelines.sources(configuration)
  const reading = Effect.provide(Composition.store(configuration))
  yield* Effect.provide(signIn(services.strava), Composition.connected(store))
  const title = (text: string) => output.say(output.paint("bold", text))

  yield* title("First sync: everything is new.")
  const first = yield* once(configuration, sources)
  if (!output.json) yield* Report.tell("demo", first, { wait: true })
  const before = yield* reading(countEvents)

  yield* output.say("")
  yield* title("Second sync: nothing has changed at the source.")
  const second = yield* once(configuration, sources)
  if (!output.json) yield* Report.tell("demo", second, { wait: true })
  const appended = (yield* reading(countEvents)) - before
  const again = sent(second)

  yield* output.say(`It sent ${again} rows and appended ${appended} events to the ${before} of the first.`)
  if (!output.json) {
    yield* output.say("")
    yield* title("The end of the send log: what went to Databox, and what Databox said.")
    const log = Effect.flatMap(SendLog.SendLog, (log) =>
      Listing.print(Stream.takeRight(log.sends({}), SHOWN), listing, { json: false, none: "Nothing was sent." })
    )
    yield* reading(log)
  }
  const code = exitCode([...first, ...second])
  if (output.json) {
    const runs = [first, second].flatMap((results, index) =>
      results.map((result) => ({ sync: index + 1, ...Report.json(result) }))
    )
    yield* Report.document("demo", code, runs)
  }
  yield* output.say("")
  yield* Effect.forEach(serve ? next(services, file) : elsewhere, output.say)
  if (code === 0 && (again > 0 || appended > 0)) {
    return yield* new DemoError({
      detail: `The second sync of an unchanged source sent ${again} rows and appended ${appended} events.`
    })
  }
  return serve ? yield* keepUp(code) : code
})

export const run = (options: { readonly serve: boolean }) =>
  withKey(options.serve, work(options).pipe(Effect.scoped, Effect.provide(Connectors.layer)))
