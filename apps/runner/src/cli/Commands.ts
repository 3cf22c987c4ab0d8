// The commands, their options and what they are for.
import * as Args from "@effect/cli/Args"
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import { connector, connectorTree } from "./ConnectorCommands.ts"
import { about, flag, lazy, oneOf, text, whole } from "./Define.ts"
import * as Tree from "./Tree.ts"

const sources = Args.text({ name: "SOURCE" }).pipe(
  Args.withDescription("names of sources in inlet.yaml; by default all"),
  Args.repeated
)

const noWait = flag("no-wait", "end when Databox has accepted the rows; the next run confirms them")

const demo = Command.make(
  "demo",
  { serve: flag("serve", "keep the emulators and the temporary folder until Ctrl-C, to play with") },
  lazy(() => import("../commands/Demo.ts"))
).pipe(about("Shows the whole pipeline on this computer, against emulators; needs no account", "inlet demo --serve"))

const init = Command.make(
  "init",
  {
    connector: text("connector", "PACKAGE", "connector to configure; asked for on a terminal").pipe(Options.repeated),
    repository: text("repository", "OWNER/NAME", "repository of GitHub to copy").pipe(Options.repeated),
    yes: flag("yes", "ask nothing"),
    force: flag("force", "replace files that are there already")
  },
  lazy(() => import("../commands/Init.ts"))
).pipe(
  about(
    "Writes inlet.yaml and .env.example here",
    "inlet init",
    "inlet init --yes --connector @inlet/connector-github --repository acme/app"
  )
)

const sync = Command.make(
  "sync",
  {
    sources,
    stream: text("stream", "STREAM", "only this stream").pipe(Options.repeated),
    full: flag("full", "read everything again instead of what is new"),
    from: text("from", "TIME", "read records of this time on, beside what is new: a backfill").pipe(Options.optional),
    to: text("to", "TIME", "read records before this time").pipe(Options.optional),
    limit: whole("limit", 1, "read about so many records of a stream (whole pages); the next sync goes on there"),
    dryRun: flag("dry-run", "read and map, and print the rows; records and sends nothing"),
    noWait
  },
  lazy(() => import("../commands/Sync.ts"))
).pipe(
  about(
    "Copies what is new from the sources to Databox",
    "inlet sync",
    "inlet sync github --stream issues --stream pull_requests",
    "inlet sync --from 2026-01-01 --to 2026-02-01",
    "inlet sync --dry-run --limit 10"
  )
)

const send = Command.make(
  "send",
  { sources, noWait },
  lazy(() => import("../commands/Send.ts"))
).pipe(
  about("Sends what is recorded and not confirmed yet, without asking any source", "inlet send", "inlet send github")
)

const status = Command.make(
  "status",
  {},
  lazy(() => import("../commands/Status.ts"))
).pipe(about("Shows where each pipeline stands", "inlet status", "inlet status --json"))

const runs = Command.make(
  "runs",
  { run: Args.text({ name: "RUN" }).pipe(Args.withDescription("id of a run, to see it in full"), Args.optional) },
  lazy(() => import("../commands/Runs.ts"))
).pipe(about("Lists the runs, newest first, or shows one in full", "inlet runs", "inlet runs 20261124T225501-k3f9q2"))

const sends = Command.make(
  "sends",
  {
    source: text("source", "SOURCE", "of this source").pipe(Options.optional),
    dataset: text("dataset", "TITLE", "to this dataset").pipe(Options.optional),
    since: text("since", "TIME", "at or after: 2026-11-24, 2026-11-24T22:55:01Z, or 24h for the last day").pipe(
      Options.optional
    ),
    outcome: oneOf(
      "outcome",
      ["started", "accepted", "confirmed", "failed", "quarantined"],
      "that ended like this"
    ).pipe(Options.optional),
    run: text("run", "RUN", "of this run").pipe(Options.optional),
    format: oneOf("format", ["table", "json", "csv"], "how to print; by default a table").pipe(Options.optional)
  },
  lazy(() => import("../commands/Sends.ts"))
).pipe(
  about(
    "Shows the send log: every attempt to send rows to Databox",
    "inlet sends --since 24h",
    "inlet sends --outcome failed",
    "inlet sends --format csv > sends.csv"
  )
)

const events = Command.make(
  "events",
  {
    run: text("run", "RUN", "of this run").pipe(Options.optional),
    source: text("source", "SOURCE", "of this source").pipe(Options.optional),
    type: text("type", "TYPE", "of this type, like SendConfirmed").pipe(Options.optional),
    after: whole("after", 0, "behind this position"),
    follow: flag("follow", "wait for more, until Ctrl-C")
  },
  lazy(() => import("../commands/Events.ts"))
).pipe(about("Shows the log itself", "inlet events --type RunEnded", "inlet events --json --follow"))

const source = Args.text({ name: "SOURCE" }).pipe(Args.withDescription("name of a source in inlet.yaml"))

const prune = Command.make(
  "prune",
  { dryRun: flag("dry-run", "tell what would be removed") },
  lazy(() => import("../commands/Prune.ts"))
).pipe(
  about(
    "Removes raw data that is past its time (retention in inlet.yaml, or what a connector demands)",
    "inlet prune --dry-run",
    "inlet prune --json"
  )
)

const erase = Command.make(
  "erase",
  {
    source,
    subject: text("subject", "SUBJECT", "only what is this person's, as the source names its people").pipe(
      Options.optional
    ),
    yes: flag("yes", "ask nothing")
  },
  lazy(() => import("../commands/Erase.ts"))
).pipe(
  about(
    "Erases all data of a source, or of one person in it, here and at Databox; for good",
    "inlet erase strava",
    "inlet erase strava --subject 1234567 --yes"
  )
)

const force = flag("force", "replace a file that is there already")

const verify = Command.make(
  "verify",
  {},
  lazy(() => import("../commands/Verify.ts"))
).pipe(
  about(
    "Checks that the store is what was written: events, raw pages, views, and the file itself; changes nothing",
    "inlet verify",
    "inlet verify --json"
  )
)

const backup = Command.make(
  "backup",
  {
    file: Args.text({ name: "FILE" }).pipe(Args.withDescription("where the copy goes; readable for you alone")),
    force
  },
  lazy(() => import("../commands/Backup.ts"))
).pipe(
  about(
    "Copies the store while runners may write to it, and checks the copy; it holds raw data",
    "inlet backup inlet.bak"
  )
)

const exportLog = Command.make(
  "export",
  {
    file: Args.text({ name: "FILE" }).pipe(
      Args.withDescription("where the log goes, readable for you alone; - for standard output")
    ),
    source: text("source", "SOURCE", "only what concerns this source; such a file cannot be imported").pipe(
      Options.optional
    ),
    force
  },
  lazy(() => import("../commands/Export.ts"))
).pipe(
  about(
    "Writes the log as lines of JSON; it holds the raw data of the sources",
    "inlet export log.jsonl",
    "inlet export - --source github | gzip > github.jsonl.gz"
  )
)

const importLog = Command.make(
  "import",
  { file: Args.text({ name: "FILE" }).pipe(Args.withDescription("what inlet export wrote")) },
  lazy(() => import("../commands/Import.ts"))
).pipe(
  about(
    "Fills an empty store from an export, after checking all of it; sync goes on where it ends",
    "inlet import log.jsonl",
    "inlet import log.jsonl --store other.db"
  )
)

const databox = Command.make(
  "databox",
  {
    port: whole("port", 0, "port to listen on; by default a free one"),
    behaviour: text("behaviour", "JSON", 'switches, like {"upsert":"merge"}').pipe(Options.optional)
  },
  lazy(() => import("../commands/EmulateDatabox.ts"))
).pipe(about("Runs an emulator of the Databox API until Ctrl-C", "inlet emulate databox --port 4010"))

const emulate = Command.make("emulate").pipe(
  about("Runs an emulator of a service by itself", "inlet emulate databox"),
  Command.withSubcommands([databox])
)

const contractsOf = text(
  "connector",
  "PACKAGE",
  "of this connector, a package or a folder; by default those of inlet.yaml, or those that come with Inlet"
).pipe(Options.repeated)

const dir = text("dir", "DIR", "folder of the contracts; by default schemas beside inlet.yaml, or here").pipe(
  Options.optional
)

const schemaList = Command.make(
  "list",
  { connector: contractsOf },
  lazy(() => import("../commands/SchemaList.ts"))
).pipe(about("Lists the datasets that there are contracts of", "inlet schema list", "inlet schema list --json"))

const schemaShow = Command.make(
  "show",
  {
    dataset: Args.text({ name: "DATASET" }).pipe(
      Args.withDescription("a stream (issues), a connector's stream (github/issues) or a title (github_issues)")
    ),
    connector: contractsOf
  },
  lazy(() => import("../commands/SchemaShow.ts"))
).pipe(
  about(
    "Shows the contract of a dataset: its columns and metrics",
    "inlet schema show issues",
    "inlet schema show github/issues --json"
  )
)

const schemaCheck = Command.make(
  "check",
  {
    dir,
    connector: contractsOf,
    live: flag("live", "look at the fields of recorded pages instead of files")
  },
  lazy(() => import("../commands/SchemaCheck.ts"))
).pipe(
  about(
    "Tells where written contracts are out of date, or break what was released",
    "inlet schema check",
    "inlet schema check --dir schemas --connector @inlet/connector-github",
    "inlet schema check --live"
  )
)

const schemaWrite = Command.make(
  "write",
  { dir, connector: contractsOf },
  lazy(() => import("../commands/SchemaWrite.ts"))
).pipe(
  about(
    "Writes contracts down, for programs and for people",
    "inlet schema write",
    "inlet schema write --dir schemas --connector ."
  )
)

const schema = Command.make("schema").pipe(
  about("Shows, checks and writes dataset contracts", "inlet schema list", "inlet schema show issues"),
  Command.withSubcommands([schemaList, schemaShow, schemaCheck, schemaWrite])
)

const replayViews = Command.make(
  "views",
  {},
  lazy(() => import("../commands/ReplayViews.ts"))
).pipe(about("Makes all views again from the events and tells how they differed", "inlet replay views"))

const replaySends = Command.make(
  "sends",
  {
    run: text("run", "RUN", "what this run recorded").pipe(Options.optional),
    source: text("source", "SOURCE", "of this source").pipe(Options.optional),
    stream: text("stream", "STREAM", "of this stream; may be repeated").pipe(Options.repeated),
    from: text("from", "TIME", "recorded at or after").pipe(Options.optional),
    to: text("to", "TIME", "recorded before").pipe(Options.optional),
    mapping: oneOf("mapping", ["recorded", "current"], "what was sent, or mapped anew; by default recorded").pipe(
      Options.optional
    ),
    into: text("into", "DATASET", "title of another dataset to fill").pipe(Options.optional),
    purge: flag("purge", "remove all rows of the dataset first"),
    dryRun: flag("dry-run", "tell what would be sent")
  },
  lazy(() => import("../commands/ReplaySends.ts"))
).pipe(
  about(
    "Sends recorded rows again, the newest of each key, without asking any source",
    "inlet replay sends --source github --stream issues --dry-run",
    "inlet replay sends --stream issues --mapping current --into github_issues_v2",
    "inlet replay sends --stream issues --purge"
  )
)

const replay = Command.make("replay").pipe(
  about(
    "Does again what the log tells, without asking any source",
    "inlet replay views",
    "inlet replay sends --dry-run"
  ),
  Command.withSubcommands([replayViews, replaySends])
)

const quarantineRows = Args.text({ name: "ROW" }).pipe(
  Args.withDescription("a row as inlet quarantine list names it"),
  Args.repeated
)
const quarantined = {
  items: quarantineRows,
  all: flag("all", "all that are open"),
  source: text("source", "SOURCE", "with --all: of this source").pipe(Options.optional)
}

const quarantineList = Command.make(
  "list",
  {
    source: text("source", "SOURCE", "of this source").pipe(Options.optional),
    all: flag("all", "those too that were released or discarded")
  },
  lazy(() => import("../commands/QuarantineList.ts"))
).pipe(about("Lists the rows in quarantine", "inlet quarantine list", "inlet quarantine list --json"))

const quarantineShow = Command.make(
  "show",
  {
    row: Args.text({ name: "ROW" }).pipe(Args.withDescription("a row as inlet quarantine list names it")),
    raw: flag("raw", "with the source's record, which may hold personal data")
  },
  lazy(() => import("../commands/QuarantineShow.ts"))
).pipe(about("Shows why a row is in quarantine", "inlet quarantine show 20261124T225501-k3f9q2/3/17 --raw"))

const quarantineRelease = Command.make(
  "release",
  quarantined,
  lazy(() => import("../commands/QuarantineResolve.ts").then(({ release }) => release))
).pipe(
  about(
    "Maps and sends rows in quarantine again, as after a new mapping or a repair at Databox",
    "inlet quarantine release 20261124T225501-k3f9q2/3/17",
    "inlet quarantine release --all --source github"
  )
)

const quarantineDiscard = Command.make(
  "discard",
  quarantined,
  lazy(() => import("../commands/QuarantineResolve.ts").then(({ discard }) => discard))
).pipe(about("Gives rows in quarantine up", "inlet quarantine discard 20261124T225501-k3f9q2/3/17"))

const quarantine = Command.make("quarantine").pipe(
  about("Shows rows that did not go out, and what is to become of them", "inlet quarantine list"),
  Command.withSubcommands([quarantineList, quarantineShow, quarantineRelease, quarantineDiscard])
)

const doctor = Command.make(
  "doctor",
  {},
  lazy(() => import("../commands/Doctor.ts"))
).pipe(
  about(
    "Checks configuration, store, and the key of what sources sign in with; changes nothing",
    "inlet doctor",
    "inlet doctor --json"
  )
)

const login = Command.make(
  "login",
  {
    source,
    noBrowser: flag("no-browser", "print the address only; so it is without a terminal"),
    port: whole("port", 0, "port of 127.0.0.1 that the browser is led back to; by default a free one"),
    device: flag("device", "enter a code on another device, where the service has that")
  },
  lazy(() => import("../commands/Login.ts"))
).pipe(
  about(
    "Signs in to a source by OAuth2, in the browser; what that brings is kept encrypted",
    "inlet login strava",
    "inlet login strava --no-browser --port 8401"
  )
)

const logout = Command.make(
  "logout",
  { source },
  lazy(() => import("../commands/Logout.ts"))
).pipe(about("Gives a sign-in back to the service and forgets it", "inlet logout strava"))

const keyRotate = Command.make(
  "rotate",
  {},
  lazy(() => import("../commands/Key.ts").then(({ rotate }) => rotate))
).pipe(
  about(
    "Encrypts the tokens that sources sign in with anew, with another key",
    "inlet key rotate",
    "INLET_NEW_KEY=... inlet key rotate"
  )
)

const key = Command.make("key").pipe(
  about("Manages the key that tokens are encrypted with", "inlet key rotate"),
  Command.withSubcommands([keyRotate])
)

export const root = Command.make("inlet").pipe(
  about(
    "Copies raw data from services into Databox datasets, through a log that loses nothing",
    "inlet demo",
    "inlet init",
    "inlet sync"
  ),
  Command.withSubcommands([
    demo,
    init,
    doctor,
    login,
    logout,
    sync,
    send,
    status,
    runs,
    sends,
    events,
    replay,
    quarantine,
    verify,
    backup,
    exportLog,
    importLog,
    prune,
    erase,
    schema,
    connector,
    key,
    emulate
  ])
)

export const tree = Tree.make(
  root,
  ...[
    demo,
    init,
    doctor,
    login,
    logout,
    sync,
    send,
    status,
    runs,
    sends,
    events,
    verify,
    backup,
    exportLog,
    importLog,
    prune,
    erase
  ].map((command) => Tree.make(command)),
  Tree.make(replay, ...[replayViews, replaySends].map((command) => Tree.make(command))),
  Tree.make(
    quarantine,
    ...[quarantineList, quarantineShow, quarantineRelease, quarantineDiscard].map((command) => Tree.make(command))
  ),
  Tree.make(schema, ...[schemaList, schemaShow, schemaCheck, schemaWrite].map((command) => Tree.make(command))),
  connectorTree,
  Tree.make(key, Tree.make(keyRotate)),
  Tree.make(emulate, Tree.make(databox))
)
