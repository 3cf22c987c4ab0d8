// Strava as a source: what an athlete who signed in has recorded there.
import { type Connector, OAuth, Rest } from "@inlet/sdk"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Athlete from "./Athlete.ts"
import { Settings } from "./Settings.ts"
import * as SignIn from "./SignIn.ts"
import * as StravaHttp from "./StravaHttp.ts"
import { streams } from "./streams/index.ts"
import { version } from "./Version.ts"

/**
 * Strava as a source: five streams of the athlete who signed in.
 *
 * @since 0.1.0
 */
const connector: Connector.Connector = Rest.connector({
  name: "@inlet/connector-strava",
  version,
  config: Settings,
  hosts: ["www.strava.com"],
  streams,
  // Strava's API Policy of 1 June 2026, 6.2.
  retention: { raw: "7 days" },
  oauth: SignIn.provider,
  probe: () => ({ ask: { template: "/athlete" } }),
  service: (settings, name) =>
    Effect.gen(function* () {
      const auth = yield* OAuth.auth(SignIn.provider(settings), name)
      const http = yield* StravaHttp.make(settings, auth)
      return {
        http,
        subject: Athlete.subject(http),
        details: settings.details,
        lookBack: Duration.days(settings.lookBackDays)
      }
    })
})

export default connector
