// What there is before anything was copied: first steps, sign-ins, what connectors' authors use, and the command line itself.
import { PERSONAL, SECRETS } from "../Canaries.ts"
import { type Answer, type Case, garbage, half, html, redirect, reset, status } from "./Case.ts"

const plain = (...args: ReadonlyArray<string>): Case => ({ name: args.join(" "), args, exit: 0 })

/** None of them leaves anything that another one would find. */
export const SHELL: ReadonlyArray<Case> = [
  plain("help"),
  plain("help", "sync", "--json"),
  plain("completion", "bash"),
  plain("connector", "list"),
  plain("connector", "list", "--json"),
  plain("schema", "list"),
  plain("schema", "show", "github/issues"),
  { name: "an emulator", args: ["emulate", "databox"], exit: 130, setting: { until: /listens at/ } },
  { name: "a demo", args: ["demo", "--json"], exit: 0, setting: { env: { NODE_OPTIONS: "" } } },
  { name: "a demo without a folder", args: ["demo"], exit: 2, setting: { env: { TMPDIR: "/proc/nowhere" } } },
  { name: "the status of nothing", args: ["status"], exit: 40 },
  { name: "the trace of nothing", args: ["trace", "last"], exit: 40 },
  { name: "a check on this computer", args: ["doctor", "--offline"], exit: 10 }
]

export const BEGINNING: ReadonlyArray<Case> = [
  plain("schema", "write", "--dir", "contracts", "--json"),
  plain("schema", "check", "--dir", "contracts"),
  { name: "a configuration", args: ["init", "--yes", "--repository", "acme/app"], exit: 0, setting: { cwd: "begun" } },
  { name: "a configuration where one is", args: ["init", "--yes"], exit: 2, setting: { cwd: "begun" } },
  { name: "a new connector", args: ["connector", "new", "tasks", "--yes"], exit: 0 },
  { name: "a test of it", args: ["connector", "test", "tasks", "--json"], exit: 0 },
  {
    name: "a check with a wrong key",
    args: ["doctor"],
    exit: 11,
    setting: { env: { DATABOX_API_KEY: SECRETS.password } }
  },
  {
    name: "a check where nobody is well",
    args: ["doctor", "--json"],
    exit: 11,
    setting: (it) => ({
      faults: { github: { "/": status(401)(it) }, databox: { "/": status(403)(it) } },
      collector: { status: 401, body: SECRETS.collectorHeader }
    })
  }
]

const login = (what: string, exit: number, answer: Answer): Case => ({
  name: `a sign-in that Strava answers with ${what}`,
  args: ["login", "strava", "--no-browser"],
  exit,
  setting: (it) => ({ agrees: true, faults: { strava: { "/oauth/token": answer(it) } } })
})

const refresh = (what: string, exit: number, answer: Answer): Case => ({
  name: `a refresh that Strava answers with ${what}`,
  args: ["sync", "strava", "--json"],
  exit,
  setting: (it) => ({ faults: { strava: { "/oauth/token": answer(it), "/api/": status(401)(it) } } })
})

const asTokens: Answer = (it) =>
  status(200, { body: { access_token: { [SECRETS.password]: PERSONAL.email }, refresh_token: 1 } })(it)

/** The connector ends the sign-in. */
const ended = status(400, {
  body: { message: "Bad Request", errors: [{ resource: "RefreshToken", field: "refresh_token", code: "invalid" }] }
})

const LOGIN: Case = {
  name: "a sign-in",
  args: ["login", "strava", "--no-browser", "--json"],
  exit: 0,
  setting: { agrees: true }
}

export const SIGNING_IN: ReadonlyArray<Case> = [
  { name: "nobody is signed in", args: ["sync", "strava"], exit: 10 },
  login("401", 10, status(401)),
  login("400", 10, status(400)),
  login("500", 20, status(500)),
  login("no JSON", 10, garbage),
  login("a redirect", 10, redirect),
  LOGIN,
  {
    name: "Databox refuses a data source",
    args: ["sync", "strava", "--stream", "activities"],
    exit: 31,
    setting: (it) => ({ faults: { databox: { "/data-sources": status(422)(it) } } })
  },
  {
    name: "Databox refuses a dataset",
    args: ["sync", "strava", "--stream", "activities", "--json"],
    exit: 21,
    setting: (it) => ({ faults: { databox: { "/datasets": garbage(it) } } })
  },
  { name: "a sync of what somebody signed in to", args: ["sync", "strava"], exit: 0 },
  {
    name: "a sync of what is refused with each token",
    args: ["sync", "strava"],
    exit: 10,
    setting: (it) => ({ faults: { strava: { "/api/": status(401)(it) } } })
  },
  refresh("403", 30, status(403)),
  refresh("500", 20, status(500)),
  refresh("no JSON", 30, garbage),
  refresh("what are no tokens", 30, asTokens),
  refresh("a redirect", 30, redirect),
  refresh("nothing", 20, reset),
  refresh("the end of it", 10, ended),
  { ...LOGIN, name: "another sign-in" },
  {
    name: "Strava's API tells all",
    args: ["sync", "strava", "--full"],
    exit: 30,
    setting: (it) => ({ faults: { strava: { "/api/": status(404)(it) } } })
  },
  {
    name: "Strava is in trouble",
    args: ["sync", "strava", "--full", "--json"],
    exit: 30,
    setting: (it) => ({
      faults: {
        strava: {
          "/activities/\\d+$": status(500)(it),
          "/laps": half(it),
          "/stats": html(it),
          "/gear": garbage(it)
        }
      }
    })
  }
]

export const RECORDING: ReadonlyArray<Case> = [
  {
    name: "connector record",
    args: ["connector", "record", "--source", "github", "--stream", "issues", "--out", "cassette.json"],
    exit: 0
  },
  {
    name: "a cassette that is refused",
    args: ["connector", "record", "--source", "github", "--out", "another.json"],
    exit: 50,
    setting: (it) => ({ faults: { github: { "/": status(401)(it) } } })
  },
  {
    name: "a cassette of a connector that throws",
    args: ["connector", "record", "--config", "odd.yaml", "--source", "throws", "--out", "another.json"],
    exit: 50
  },
  {
    name: "a cassette of a connector that fails",
    args: ["connector", "record", "--config", "odd.yaml", "--source", "fails", "--out", "another.json"],
    exit: 50
  }
]

const collector = (what: string, exit: number, answer: { readonly status: number; readonly body?: string }): Case => ({
  name: `a collector that ${what}`,
  args: ["trace", "last", "--export"],
  exit,
  setting: { collector: { ...answer, headers: { "content-type": "application/json" } } }
})

const { collectorHeader } = SECRETS

export const COLLECTING: ReadonlyArray<Case> = [
  collector("takes all", 0, { status: 200, body: "{}" }),
  collector("takes all and talks", 0, {
    status: 200,
    body: JSON.stringify({ partialSuccess: { errorMessage: `hi Bearer ${collectorHeader}` } })
  }),
  collector("refuses a part", 31, {
    status: 200,
    body: JSON.stringify({ partialSuccess: { rejectedSpans: 1, errorMessage: collectorHeader } })
  }),
  collector("refuses all", 31, { status: 401, body: collectorHeader }),
  {
    name: "a collector that takes nothing of a sync",
    args: ["sync", "github"],
    exit: 3,
    setting: { collector: { status: 403, body: JSON.stringify({ message: Object.values(SECRETS).join() }) } }
  },
  {
    name: "a collector that is not there",
    args: ["status"],
    exit: 0,
    setting: {
      env: {
        OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `http://${SECRETS.collectorUser}:${SECRETS.collectorUser}@127.0.0.1:9/${SECRETS.collectorPath}?key=${SECRETS.collectorQuery}`
      }
    }
  }
]
