// What looks at the log, repairs it and keeps it.
import { PERSONAL, SECRETS } from "../Canaries.ts"
import { type Case, redirect, row, status } from "./Case.ts"

const plain = (...args: ReadonlyArray<string>): Case => ({ name: args.join(" "), args, exit: 0 })

export const LOOKING: ReadonlyArray<Case> = [
  plain("status"),
  plain("status", "--json"),
  plain("runs"),
  plain("runs", "--json"),
  plain("sends"),
  plain("sends", "--json"),
  plain("events"),
  plain("events", "--json"),
  { name: "events --follow", args: ["events", "--follow"], exit: 130, setting: { until: /RunEnded/ } },
  plain("trace", "last"),
  plain("trace", "last", "--all"),
  plain("trace", "last", "--json"),
  { name: "a run in full", args: (it) => ["runs", it.newest("run", "type = 'RunEnded'"), "--json"], exit: 0 },
  plain("quarantine", "list"),
  plain("quarantine", "list", "--json"),
  { name: "why a row is in quarantine", args: (it) => ["quarantine", "show", row(it)], exit: 0 },
  {
    name: "a row in quarantine as it came",
    args: (it) => ["quarantine", "show", row(it), "--raw"],
    exit: 0,
    shows: true
  },
  plain("verify"),
  plain("verify", "--json"),
  plain("replay", "sends", "--source", "github", "--dry-run"),
  plain("schema", "check", "--live"),
  plain("doctor"),
  plain("doctor", "--json")
]

export const MENDING: ReadonlyArray<Case> = [
  plain("replay", "views"),
  {
    name: "a replay",
    args: ["replay", "sends", "--source", "github", "--stream", "issues", "--mapping", "current"],
    exit: 3
  },
  { name: "rows are released", args: ["quarantine", "release", "--all"], exit: 3 },
  { name: "rows are given up", args: ["quarantine", "discard", "--all"], exit: 0 },
  {
    name: "a replay that is redirected",
    args: ["replay", "sends", "--source", "github", "--purge"],
    exit: 31,
    setting: (it) => ({ faults: { databox: { "/data$": redirect(it) } } })
  }
]

export const KEEPING: ReadonlyArray<Case> = [
  plain("backup", "copy.db"),
  { name: "a backup where one is", args: ["backup", "copy.db"], exit: 2 },
  plain("export", "log.jsonl"),
  { name: "an export where one is", args: ["export", "log.jsonl"], exit: 2 },
  { name: "an export to be read", args: ["export", "-"], exit: 0 },
  plain("import", "log.jsonl", "--store", "other/inlet.db"),
  { name: "an import into a store", args: ["import", "log.jsonl"], exit: 2 },
  {
    name: "an import of what is none",
    args: ["import", "wrong/log.jsonl", "--store", "third/inlet.db"],
    exit: 2,
    setting: { files: { "wrong/log.jsonl": `{"inlet":"${SECRETS.stray}","email":"${PERSONAL.email}"}\n` } }
  },
  { name: "keys without a new one", args: ["key", "rotate"], exit: 2 },
  { name: "another key", args: ["key", "rotate"], exit: 0, setting: { env: { INLET_NEW_KEY: SECRETS.newKey } } },
  { name: "the former key", args: ["sync", "strava"], exit: 10 },
  {
    name: "the former key again",
    args: ["key", "rotate"],
    exit: 0,
    setting: { env: { INLET_KEY: SECRETS.newKey, INLET_NEW_KEY: SECRETS.key } }
  },
  plain("prune", "--dry-run"),
  plain("prune", "--json")
]

export const ERASING: ReadonlyArray<Case> = [
  { name: "an erasure that nobody agreed to", args: ["erase", "strava"], exit: 2 },
  {
    name: "an erasure that Databox refuses",
    args: ["erase", "github", "--yes"],
    exit: 11,
    setting: (it) => ({ faults: { databox: { "/": status(403)(it) } } })
  },
  { name: "an erasure", args: ["erase", "github", "--yes", "--json"], exit: 0 },
  {
    name: "a sign-out that Strava refuses",
    args: ["logout", "strava"],
    exit: 0,
    setting: (it) => ({ faults: { strava: { "/oauth": status(500)(it) } } })
  },
  { name: "a sign-out", args: ["logout", "strava", "--json"], exit: 0 }
]
