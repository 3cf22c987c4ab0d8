// `inlet schema …`: dataset contracts.
import * as Args from "@effect/cli/Args"
import * as Options from "@effect/cli/Options"
import { command, family, flag, text } from "./Define.ts"

const contractsOf = text(
  "connector",
  "PACKAGE",
  "of this connector, a package or a folder; by default those of inlet.yaml, or those that come with Inlet"
).pipe(Options.repeated)

const dir = text("dir", "DIR", "folder of the contracts; by default schemas beside inlet.yaml, or here").pipe(
  Options.optional
)

const schemaList = command("list", {
  summary: "Lists the datasets that there are contracts of",
  examples: ["inlet schema list", "inlet schema list --json"],
  takes: { connector: contractsOf },
  load: () => import("../commands/SchemaList.ts")
})

const schemaShow = command("show", {
  summary: "Shows the contract of a dataset: its columns and metrics",
  examples: ["inlet schema show issues", "inlet schema show github/issues --json"],
  takes: {
    dataset: Args.text({ name: "DATASET" }).pipe(
      Args.withDescription("a stream (issues), a connector's stream (github/issues) or a title (github_issues)")
    ),
    connector: contractsOf
  },
  load: () => import("../commands/SchemaShow.ts")
})

const schemaCheck = command("check", {
  summary: "Tells where written contracts are out of date, or break what was released",
  examples: [
    "inlet schema check",
    "inlet schema check --dir schemas --connector @inlet/connector-github",
    "inlet schema check --live"
  ],
  takes: {
    dir,
    connector: contractsOf,
    live: flag("live", "look at the fields of recorded pages instead of files")
  },
  load: () => import("../commands/SchemaCheck.ts")
})

const schemaWrite = command("write", {
  summary: "Writes contracts down, for programs and for people",
  examples: ["inlet schema write", "inlet schema write --dir schemas --connector ."],
  takes: { dir, connector: contractsOf },
  load: () => import("../commands/SchemaWrite.ts")
})

export const schema = family("schema", {
  summary: "Shows and checks dataset contracts",
  examples: ["inlet schema list", "inlet schema show issues"],
  commands: [schemaList, schemaShow, schemaCheck, schemaWrite]
})
