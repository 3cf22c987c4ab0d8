// The laws as tests of vitest: one for each, and for each stream where it is one of streams.
import * as Effect from "effect/Effect"
import { describe, expect, it } from "vitest"
import type { Connector } from "../Connector.ts"
import * as Check from "./Check.ts"
import { laws } from "./Laws.ts"
import type { Options } from "./Options.ts"

/** Milliseconds; none of them takes long, unless the machine is busy. */
const TIMEOUT = 60_000

/**
 * Registers the laws as tests of the connector.
 *
 * @example
 * testConnector(connector, { config: { apiKey: "made-up" }, cassette: new URL("./cassette.json", import.meta.url) })
 * @since 0.1.0
 */
export const testConnector = (connector: Connector, options: Options): void => {
  describe(`${connector.name} keeps to the laws`, () => {
    let kit: Promise<Check.Kit> | undefined
    for (const task of Check.plan(connector, options)) {
      const { law, stream } = task
      it(stream === null ? law : `${law}: ${stream}`, { timeout: TIMEOUT }, async (context) => {
        kit ??= Effect.runPromise(Check.open(connector, options))
        const { check, lacks } = await kit
        if (lacks.includes(law)) context.skip(`the cassette does not hold enough for it. ${laws[law].says}`)
        const violations = await Effect.runPromise(check(task))
        if (violations.length > 0) expect.fail(violations.map(({ message }) => message).join("\n\n"))
      })
    }
    for (const [stream, because] of Object.entries(options.without ?? {})) {
      it.skip(`${stream} is left out: ${because}`, () => {})
    }
  })
}
