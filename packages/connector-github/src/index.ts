// GitHub as a source: the streams of the configured repositories.
import { Connector, Walk } from "@inlet/sdk"
import * as Effect from "effect/Effect"
import * as GitHubHttp from "./GitHubHttp.ts"
import * as Notices from "./Notices.ts"
import * as Selection from "./Selection.ts"
import { Settings } from "./Settings.ts"
import { streams } from "./streams/index.ts"
import { version } from "./Version.ts"

export default Connector.define({
  name: "@inlet/connector-github",
  version,
  config: Settings,
  streams: Walk.specs(streams),
  make: (settings, name) =>
    Effect.gen(function* () {
      const { details, pageSize, repositories } = settings
      const anonymous = settings.app === undefined && settings.token === undefined
      const http = Notices.make(yield* GitHubHttp.make(settings, name), { anonymous })
      const partitions = yield* Selection.make({ http, repositories, own: Selection.ownOf(settings) })
      return Walk.readers(streams, { http, partitions, query: { per_page: pageSize }, details })
    })
})
