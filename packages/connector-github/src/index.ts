// GitHub as a source: the streams of the configured repositories.
import { type Connector, Rest } from "@inlet/sdk"
import * as Effect from "effect/Effect"
import * as GitHubHttp from "./GitHubHttp.ts"
import * as Notices from "./Notices.ts"
import * as Probe from "./Probe.ts"
import * as Selection from "./Selection.ts"
import { Settings } from "./Settings.ts"
import { streams } from "./streams/index.ts"
import { version } from "./Version.ts"

/** A page and what is asked about its items are one step, for which 60 requests an hour have to be enough. */
const ANONYMOUS_DETAILS = 20

/**
 * GitHub as a source: eleven streams of the configured repositories.
 *
 * @since 0.1.0
 */
const connector: Connector.Connector = Rest.connector({
  name: "@inlet/connector-github",
  version,
  config: Settings,
  hosts: ["api.github.com"],
  streams,
  probe: Probe.of,
  service: (settings, name) =>
    Effect.gen(function* () {
      const { app, details, pageSize, repositories, token } = settings
      const anonymous = app === undefined && token === undefined
      const http = Notices.make(yield* GitHubHttp.make(settings, name), { anonymous })
      return {
        http,
        partitions: yield* Selection.make({ http, repositories, own: Selection.ownOf(settings) }),
        query: { per_page: pageSize },
        pageSize,
        details: anonymous ? Math.min(details, ANONYMOUS_DETAILS) : details
      }
    })
})

export default connector
