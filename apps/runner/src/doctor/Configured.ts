// Whether there is a configuration that can be read, with all that it refers to.
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Configuration from "../configuration/Configuration.ts"
import { about } from "./Finding.ts"

const say = about("configuration")

/** What was found, and the configuration where it is good. */
export const look = Effect.match(Configuration.load, {
  onFailure: (error) => ({ finding: say.failed(error), configuration: Option.none<Configuration.Configuration>() }),
  onSuccess: (configuration) => ({
    finding: say.ok(`${configuration.file}: ${Object.keys(configuration.sources).join(", ")}`),
    configuration: Option.some(configuration)
  })
})
