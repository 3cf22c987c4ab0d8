// `inlet connector …`: what there is for whoever writes a connector, or wants to know which there are.
import * as Args from "@effect/cli/Args"
import * as Options from "@effect/cli/Options"
import * as Option from "effect/Option"
import { command, family, flag, text, whole } from "./Define.ts"

const create = command("new", {
  summary: "Makes the package of a new connector",
  details: ["It builds and passes the conformance kit as it is."],
  examples: ["inlet connector new", "inlet connector new inlet-connector-tasks --auth header --pages page --yes"],
  takes: {
    name: Args.text({ name: "NAME" }).pipe(
      Args.withDescription("name of the package; asked for on a terminal"),
      Args.optional
    ),
    service: text("service", "SERVICE", "which service it copies from").pipe(Options.optional),
    baseUrl: text("base-url", "URL", "address of the service's API").pipe(Options.optional),
    auth: text("auth", "none|bearer|header|basic|oauth2", "how requests sign in; asked for on a terminal").pipe(
      Options.optional
    ),
    pages: text("pages", "link|page|offset|cursor|single", "how a list goes on; asked for on a terminal").pipe(
      Options.optional
    ),
    stream: text("stream", "STREAM", "what it lists").pipe(Options.optional),
    dir: text("dir", "DIR", "folder to write; by default one of the package's name").pipe(Options.optional),
    yes: flag("yes", "ask nothing; take what is suggested")
  },
  load: () => import("../commands/connector/New.ts")
})

const test = command("test", {
  summary: "Runs the conformance kit as a connector's package calls it",
  examples: ["inlet connector test", "inlet connector test ./inlet-connector-tasks --json"],
  takes: {
    path: Args.text({ name: "PATH" }).pipe(
      Args.withDescription("folder of the package; by default here"),
      Args.optional
    )
  },
  load: () => import("../commands/connector/Test.ts")
})

const list = command("list", {
  summary: "Lists the connectors that are installed, and whether they fit",
  details: ["None of their code is run."],
  examples: ["inlet connector list", "inlet connector list --json"],
  takes: {},
  load: () => import("../commands/connector/List.ts")
})

const PAGES = 3
const pages = whole("pages", 1, `pages of each list; ${PAGES} unless told`).pipe(
  Options.map(Option.getOrElse(() => PAGES))
)

const record = command("record", {
  summary: "Records what a service answers, for the connector's tests",
  details: ["What could tell of somebody is replaced."],
  examples: ["inlet connector record --force", "inlet connector record --from-run 20261124T225501-k3f9q2"],
  takes: {
    connector: Args.text({ name: "CONNECTOR" }).pipe(
      Args.withDescription("package or folder of the connector; by default that of the only source in inlet.yaml"),
      Args.optional
    ),
    source: text("source", "SOURCE", "the source of inlet.yaml to ask with").pipe(Options.optional),
    fromRun: text("from-run", "RUN", "take what this run recorded, in the place of new requests").pipe(
      Options.repeated
    ),
    stream: text("stream", "STREAM", "only this stream").pipe(Options.repeated),
    pages,
    keep: text("keep", "MEMBER", "keep the texts of this member, which the connector goes by, such as user.type").pipe(
      Options.repeated
    ),
    out: text("out", "FILE", "the file to write; by default test/cassette.json").pipe(
      Options.withDefault("test/cassette.json")
    ),
    force: flag("force", "replace the file that is there")
  },
  load: () => import("../commands/connector/Record.ts")
})

export const connector = family("connector", {
  summary: "Makes, tests and lists connectors",
  examples: ["inlet connector new", "inlet connector test", "inlet connector list"],
  commands: [create, test, record, list]
})
