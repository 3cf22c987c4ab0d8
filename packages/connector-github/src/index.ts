// GitHub as a source: issues and pull requests of the configured repositories.
import { Connector } from "@inlet/sdk"
import * as Effect from "effect/Effect"
import * as GitHubHttp from "./GitHubHttp.ts"
import * as Issues from "./Issues.ts"
import * as PullRequests from "./PullRequests.ts"
import { Settings } from "./Settings.ts"
import { version } from "./Version.ts"
import * as Walk from "./Walk.ts"

export default Connector.define({
  name: "@inlet/connector-github",
  version,
  config: Settings,
  streams: { issues: Issues.list.spec, pull_requests: PullRequests.list.spec },
  make: (settings) =>
    Effect.map(GitHubHttp.make(settings), (http) => ({
      issues: Walk.reader(http, settings, Issues.list),
      pull_requests: Walk.reader(http, settings, PullRequests.list)
    }))
})
