// Where commands are tried with secrets and personal values that are to be found nowhere: services, a collector, a store, and
// all that was printed, written, sent and received.
import { mkdirSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { DataboxEmulator, GitHubEmulator, StravaEmulator } from "@inlet/emulators"
import Sqlite from "better-sqlite3"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { install } from "../isolation/Faulty.ts"
import { link } from "../support/Cycling.ts"
import { folder, inlet } from "../support/Inlet.ts"
import { type Answer, receiver } from "../telemetry/Receiver.ts"
import { SECRETS, TRACE_STATE } from "./Canaries.ts"
import { agreeing } from "./Consent.ts"
import { makeIssues } from "./Issues.ts"
import * as Odd from "./Odd.ts"
import { type Place, written } from "./Search.ts"

const HURRIED = `--import=${new URL("./hurried.mjs", import.meta.url).href}`

const most = { quarter: 100_000, day: 100_000 }

const Granted = Schema.Struct(
  { access_token: Schema.String, refresh_token: Schema.String },
  { key: Schema.String, value: Schema.Unknown }
)
const Fired = Schema.Struct({
  faults: Schema.Array(Schema.Struct({ match: Schema.Struct({ path: Schema.String }), fired: Schema.Int }))
})
const Journal = Schema.Struct({
  entries: Schema.Array(
    Schema.Struct({
      path: Schema.String,
      credential: Schema.String,
      headers: Schema.Record({ key: Schema.String, value: Schema.String })
    })
  )
})

export const SERVICES = ["github", "strava", "databox"] as const
export type Service = (typeof SERVICES)[number]

/** What a service does to requests of these paths, whatever it would do otherwise. */
export type Faults = Readonly<Record<string, object>>

export interface Setting {
  readonly faults?: Partial<Record<Service, Faults>>
  readonly databox?: Partial<DataboxEmulator.Behaviour>
  readonly collector?: Answer
  /** Variables beside the usual ones. */
  readonly env?: Readonly<Record<string, string>>
  /** Files below the folder. */
  readonly files?: Readonly<Record<string, string>>
  /** A folder below, made where it is missing. */
  readonly cwd?: string
  /** Once this was printed, it is stopped. */
  readonly until?: RegExp
  /** In the place of Ctrl-C. */
  readonly by?: "SIGKILL"
  /** Somebody agrees in a browser. */
  readonly agrees?: true
}

/** Switches of Databox that cases set. */
const USUAL: Partial<DataboxEmulator.Behaviour> = {
  refuseRows: null,
  rejectRows: null,
  failIngestions: "none",
  errorIn2xx: false,
  processMillis: 50
}

/** `inlet.yaml`, and two others for the same store. */
const configurations = (urls: Record<Service | "api" | "auth", string>, clientId: string) => {
  const sink = `databox:
  apiKey: \${DATABOX_API_KEY}
  baseUrl: ${urls.databox}
  settle: 1s
  limits: { records: 100, bytes: 8MB, perSecond: 10000, perHour: 10000000 }
connectors: { silence: 30s }
`
  const repository = (url: string, streams: string) => `${sink}sources:
  github:
    connector: "@inlet/connector-github"
    config: { token: "\${GITHUB_TOKEN}", baseUrl: ${url}, repositories: [acme/app], requestsPerMinute: 1000000 }
    streams: [${streams}]
`
  const odd = Object.keys(Odd.FAULTS).map(
    (name) => `  ${name}: { connector: ./odd/${name}, config: { token: "\${TOKEN}" } }\n`
  )
  const all = [
    ...["repositories", "issues", "issue_comments", "pull_requests", "pull_request_reviews", "commits", "releases"],
    ...["workflow_runs", "deployments", "stargazers", "traffic"]
  ].join(", ")
  return {
    "wide.yaml": repository(urls.github, all),
    "gone.yaml": repository("http://127.0.0.1:9", "issues"),
    "odd.yaml": `${sink}sources:\n${odd.join("")}`,
    "inlet.yaml": `${repository(urls.github, "issues, releases")}  strava:
    connector: "@inlet/connector-strava"
    config: { clientId: ${clientId}, clientSecret: "\${STRAVA_CLIENT_SECRET}", apiUrl: ${urls.api}, authUrl: ${urls.auth} }
    streams: [activities, activity_details, laps, athlete_stats, gear]
`
  }
}

export const stage = Effect.gen(function* () {
  const github = yield* GitHubEmulator.start({
    token: SECRETS.github,
    behaviour: { rateLimit: { limit: 1_000_000 } }
  })
  const strava = yield* StravaEmulator.start({
    clientSecret: SECRETS.strava,
    athletes: 1,
    activities: 3,
    behaviour: { rateLimit: { overall: most, read: most } }
  })
  const databox = yield* DataboxEmulator.start({ apiKey: SECRETS.databox, behaviour: { rateLimit: null } })
  let collected: Answer | undefined
  const collector = yield* receiver(() => collected ?? 200)
  const elsewhere = yield* receiver()
  const urls = {
    github: github.url,
    strava: strava.url,
    databox: databox.url,
    api: strava.apiUrl,
    auth: strava.authUrl
  }
  const nowhere = elsewhere.url
  const secrets = new Set<string>(Object.values(SECRETS))
  const said: Array<Place> = []

  const cwd = yield* folder(configurations(urls, strava.clientId))
  yield* link(cwd)
  yield* Effect.forEach(Object.entries(Odd.FAULTS), ([name, fault]) => install(join(cwd, "odd"), name, fault, nowhere))

  const control = (service: Service, method: string, path: string, body?: unknown) =>
    Effect.promise(async (): Promise<unknown> => {
      const sent = body === undefined ? {} : { body: JSON.stringify(body) }
      return (await fetch(`${urls[service]}/_emulator/${path}`, { method, ...sent })).json()
    })

  /** A sign-in of which the tokens are known here. */
  const granted = Effect.map(control("strava", "POST", "grant", {}), (answer) => {
    const { access_token, refresh_token } = Schema.decodeUnknownSync(Granted)(answer)
    secrets.add(access_token).add(refresh_token)
    return answer
  })

  const issues = makeIssues(yield* control("github", "GET", "items?repository=acme/app&kind=issues&full=1"))
  const well = (body: unknown) => ({ type: "status", status: 200, body })

  /** Sets the services as the case wants them. */
  const set = Effect.fnUntraced(function* ({ collector: answer, databox: behaviour, faults = {} }: Setting) {
    const usual: Record<Service, Faults> = {
      github: { "/issues\\?": well(issues()) },
      strava: { "/oauth/token": well(yield* granted) },
      databox: {}
    }
    for (const service of SERVICES) {
      const { [service]: own = {} } = faults
      const others = Object.entries(usual[service]).filter(([path]) => !(path in own))
      const rules = [...Object.entries(own), ...others].map(([path, action]) => ({ match: { path }, times: 0, action }))
      yield* control(service, "PUT", "faults", rules)
    }
    yield* control("databox", "PUT", "behaviour", { ...USUAL, ...behaviour })
    collected = answer
  })

  /** Paths at which a case wanted something else, and that nobody asked for. */
  const unfired = ({ faults = {} }: Setting) =>
    Effect.forEach(SERVICES, (service) =>
      Effect.map(control(service, "GET", "faults"), (answer) =>
        Schema.decodeUnknownSync(Fired)(answer)
          .faults.filter(({ fired, match }) => fired === 0 && match.path in (faults[service] ?? {}))
          .map(({ match }) => `${service} ${match.path}`)
      )
    ).pipe(Effect.map((all) => all.flat()))

  const user = `${SECRETS.collectorUser}:${SECRETS.collectorUser}`
  const collecting = `http://${user}@${new URL(collector.url).host}/${SECRETS.collectorPath}`
  const env = {
    DATABOX_API_KEY: SECRETS.databox,
    GITHUB_TOKEN: SECRETS.github,
    STRAVA_CLIENT_SECRET: SECRETS.strava,
    TOKEN: SECRETS.connector,
    INLET_KEY: SECRETS.key,
    SERVICE_PASSWORD: SECRETS.stray,
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${collecting}/v1/traces?key=${SECRETS.collectorQuery}`,
    OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: `${collecting}/v1/metrics?key=${SECRETS.collectorQuery}`,
    OTEL_EXPORTER_OTLP_HEADERS: `authorization=Bearer%20${encodeURIComponent(SECRETS.collectorHeader)}`,
    OTEL_METRICS_EXPORTER: "otlp",
    TRACESTATE: `vendor=${TRACE_STATE}`,
    BAGGAGE: `user=${SECRETS.baggage}`,
    NODE_OPTIONS: HURRIED,
    INLET_LOG_LEVEL: "debug",
    TMPDIR: cwd,
    HOME: cwd
  }

  /** Runs a command as the setting says, but for the services. */
  const run = Effect.fnUntraced(function* (name: string, args: ReadonlyArray<string>, setting: Setting) {
    const { agrees, by = "SIGINT", cwd: below = ".", files = {}, until } = setting
    mkdirSync(join(cwd, below), { recursive: true })
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(dirname(join(cwd, file)), { recursive: true })
      writeFileSync(join(cwd, file), text)
    }
    const agree = agreeing(secrets)
    let text = ""
    let over = false
    const ended = yield* inlet(args, {
      cwd: join(cwd, below),
      env: { ...env, ...setting.env },
      seen: (piece, child) => {
        text += piece
        if (agrees === true) agree(piece)
        if (over || until?.test(text) !== true) return
        over = true
        child.kill(by)
      }
    })
    said.push([`standard output of ${name}`, ended.stdout], [`standard error of ${name}`, ended.stderr])
    // What the next command tidies up.
    if (by === "SIGKILL")
      for (const [place, text] of written(join(cwd, ".inlet"))) said.push([`${place} after ${name}`, text])
    return ended
  })

  /** Of the newest event like this. */
  const newest = (value: string, where: string): string => {
    const sql = new Sqlite(join(cwd, ".inlet", "inlet.db"), { readonly: true })
    const query = `SELECT ${value} FROM events WHERE ${where} ORDER BY position DESC LIMIT 1`
    const found: unknown = sql.prepare(query).pluck().get()
    sql.close()
    return String(found)
  }

  return {
    cwd,
    collector,
    elsewhere,
    nowhere,
    secrets,
    said,
    issues,
    set,
    unfired,
    run,
    newest,
    journal: (service: Service) =>
      Effect.map(
        control(service, "GET", "journal"),
        (answer) => Schema.decodeUnknownSync(Journal, { onExcessProperty: "ignore" })(answer).entries
      ),
    rows: (title: string) =>
      Effect.map(control("databox", "GET", `datasets/${title}/rows`), (rows) => JSON.stringify(rows))
  }
})

export type Stage = Effect.Effect.Success<typeof stage>
