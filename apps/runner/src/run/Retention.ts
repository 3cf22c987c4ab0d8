// How long raw pages are kept: as the configuration says, or shorter where a connector demands it.
import type { Prune } from "@inlet/core"
import type { Connector } from "@inlet/sdk"
import * as Duration from "effect/Duration"

interface Sourced {
  readonly name: string
  readonly connector: Pick<Connector.Connector, "retention">
}

export const of = (configured: Duration.Duration, sources: ReadonlyArray<Sourced>): Prune.Retention => ({
  others: configured,
  sources: Object.fromEntries(
    sources.map(({ connector, name }) => [name, Duration.min(configured, connector.retention?.raw ?? configured)])
  )
})
