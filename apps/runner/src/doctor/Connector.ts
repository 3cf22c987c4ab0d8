// Whether each source's connector is installed, fits this program, starts, takes its configuration, and has the streams.
import { Manifest } from "@inlet/sdk"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type { Configuration } from "../configuration/Configuration.ts"
import * as Pipelines from "../configuration/Pipelines.ts"
import { about, type Finding } from "./Finding.ts"

const told = ({ connector, name, streams }: Pipelines.ConfiguredSource): Finding => {
  const say = about("connector", name)
  if (connector.fault !== null) return say.failed(connector.fault)
  const copied = `${streams.length} of its ${connector.streams.size} streams`
  return say.ok(`${connector.name} ${connector.version}, API ${Manifest.API_VERSION}: ${copied}`)
}

/** What was found of each source, and those that can be worked with. */
export const look = Effect.fnUntraced(function* (configuration: Configuration) {
  const all = yield* Pipelines.each(configuration)
  const sources = all.flatMap(({ result }) =>
    Either.isRight(result) && result.right.connector.fault === null ? [result.right] : []
  )
  const findings = all.map(({ name, result }) =>
    Either.isLeft(result) ? about("connector", name).failed(configuration.refuse(result.left)) : told(result.right)
  )
  const shared = Pipelines.shared(sources)
  return {
    sources,
    findings:
      shared.length === 0 ? findings : [...findings, about("configuration").failed(configuration.refuse(shared))]
  }
})
