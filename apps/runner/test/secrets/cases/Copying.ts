// What copies, and what the services at both ends do to it.
import { PERSONAL, SECRETS, TRACE, TRACE_STATE } from "../Canaries.ts"
import type { Setting } from "../Stage.ts"
import { type Answer, type Case, garbage, half, html, later, redirect, reset, row, status, strange } from "./Case.ts"

/** Each stream's own end, so that one command has them all. */
const sources = (name: string, exit: number, ends: Readonly<Record<string, Answer>>): Case => ({
  name,
  args: ["sync", "github", "--config", "wide.yaml", "--json"],
  exit,
  setting: (it) => ({
    faults: { github: Object.fromEntries(Object.entries(ends).map(([path, answer]) => [path, answer(it)])) }
  })
})

const SYNC = ["sync", "github", "--stream", "issues"]

const sink = (what: string, exit: number, path: string, answer: Answer, args: ReadonlyArray<string> = SYNC): Case => ({
  name: `Databox answers ${path} with ${what}`,
  args,
  exit,
  setting: (it) => ({ faults: { databox: { [path]: answer(it) } } })
})

const page = (name: string, exit: number, changes: object, databox: Setting["databox"] = {}): Case => ({
  name,
  args: [...SYNC, "--json"],
  exit,
  setting: (it) => ({
    databox,
    faults: { github: { "/issues\\?": { type: "status", status: 200, body: it.issues(changes) } } }
  })
})

export const COPYING: ReadonlyArray<Case> = [
  { name: "a sync", args: ["sync", "github"], exit: 0 },
  {
    name: "a sync within a trace",
    args: ["sync", "github", "--json"],
    exit: 0,
    setting: { env: { TRACEPARENT: `00-${TRACE}-b7ad6b7169203331-01`, TRACESTATE: `vendor=${TRACE_STATE}` } }
  },
  { name: "a dry run", args: ["sync", "github", "--dry-run"], exit: 0, shows: true },
  { name: "a full sync", args: ["sync", "github", "--full", "--json"], exit: 0 },
  { name: "nothing waits", args: ["send"], exit: 0 },
  { name: "a backfill", args: ["sync", "github", "--stream", "releases", "--from", "2020-01-01"], exit: 0 },
  sources("GitHub refuses", 10, {
    "issues/comments": status(400),
    "/issues\\?": status(401),
    "/releases": status(403),
    "/pulls\\?": status(404),
    "/commits": status(422),
    "/actions/runs": redirect,
    "/deployments": garbage,
    "/stargazers": strange,
    "/traffic": reset
  }),
  sources("GitHub is in trouble", 20, {
    "/issues\\?": later,
    "/releases": status(500),
    "/pulls\\?": html,
    "/commits": reset,
    "/actions/runs": half,
    "/deployments": status(502),
    "/stargazers": later
  }),
  {
    name: "a wrong token",
    args: ["sync", "github", "--stream", "releases"],
    exit: 10,
    setting: { env: { GITHUB_TOKEN: SECRETS.password } }
  },
  { name: "a wrong key", args: SYNC, exit: 11, setting: { env: { DATABOX_API_KEY: SECRETS.password } } },
  {
    name: "GitHub knows no such repository",
    args: ["sync", "github", "--config", "wide.yaml", "--stream", "repositories"],
    exit: 30,
    setting: (it) => ({ faults: { github: { "/repos/[^/]+/[^/]+$": status(404)(it) } } })
  },
  {
    name: "a sync that is killed",
    args: ["sync", "github", "--full"],
    exit: null,
    setting: { databox: { processMillis: 3_000 }, until: /POST \S+\/data/, by: "SIGKILL" }
  },
  { name: "the sync behind it", args: ["sync", "github", "--json"], exit: 0 },
  {
    name: "an interruption",
    args: ["sync", "github"],
    exit: 130,
    setting: { databox: { processMillis: 3_000 }, until: /the run begins/ }
  },
  { name: "GitHub is not there", args: [...SYNC, "--config", "gone.yaml"], exit: 20 },
  sink("401", 11, "/", status(401)),
  sink("403", 11, "/data$", status(403)),
  sink("404", 31, "/data$", status(404)),
  sink("422 for what waits", 3, "/data$", status(422), ["send", "github"]),
  sink("429", 21, "/data$", later),
  sink("500", 21, "/data$", status(500), ["send"]),
  sink("HTML", 21, "/data$", html, ["send", "github", "--json"]),
  sink("a redirect", 31, "/data$", redirect),
  sink("no JSON", 21, "/data$", garbage),
  sink("another JSON", 21, "/data$", strange),
  sink("nothing", 21, "/data$", reset),
  sink("a failure that tells all", 31, "/ingestions/", (it) => {
    const { body } = Object(status(200)(it))
    return status(200, { body: { ...body, status: "failed", ingestionId: "i-1" } })(it)
  }),
  sink("403", 11, "/ingestions/", status(403), ["send", "github"]),
  { name: "what waits goes out", args: ["send"], exit: 3 },
  {
    name: "Databox refuses a row",
    args: [...SYNC, "--json"],
    exit: 3,
    setting: { databox: { refuseRows: { column: "title", equals: PERSONAL.title } } }
  },
  page(
    "Databox rejects a row later",
    3,
    { title: PERSONAL.name },
    { rejectRows: { column: "title", equals: PERSONAL.name } }
  ),
  {
    name: "a row is released, and refused again",
    args: (it) => ["quarantine", "release", row(it, "sink")],
    exit: 3,
    setting: (it) => ({ faults: { databox: { "/data$": status(422)(it) } } })
  },
  page("Databox rejects each row later", 31, {}, { rejectRows: { column: "author", equals: PERSONAL.login } }),
  { name: "Databox fails ingestions", args: SYNC, exit: 31, setting: { databox: { failIngestions: "all" } } },
  { name: "Databox has its errors in a 200", args: SYNC, exit: 3, setting: { databox: { errorIn2xx: true } } },
  page("a text in the place of a time", 3, { created_at: PERSONAL.email }),
  page("a text in the place of a number", 3, { number: PERSONAL.name }),
  page("another shape", 3, { nickname: PERSONAL.name, body: { text: PERSONAL.body } }),
  { name: "connectors that tell what they know", args: ["sync", "--config", "odd.yaml", "--json"], exit: 50 },
  { name: "a stream nobody has", args: ["sync", "--stream", SECRETS.stray], exit: 2 }
]
