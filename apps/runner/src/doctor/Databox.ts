// Whether Databox takes the key, and for which account.
import type { Sink } from "@inlet/core"
import type { Inspection } from "@inlet/databox-sink"
import * as Effect from "effect/Effect"
import { about, type Check, type Finding } from "./Finding.ts"
import { AGAIN, bounded } from "./Network.ts"

/** What a refusal of Databox means for a check; a limit that is used up is nothing to mend. */
export const refused = (check: Check, error: Sink.SinkError): Finding => {
  const say = about(check)
  const isLimit = error.code === "rate_limited" || error.code === "budget_exhausted"
  if (isLimit) return say.warning(error.message, AGAIN)
  return error.kind === "permanent" ? say.failed(error) : say.failed(error, { fix: AGAIN })
}

const slow = (): Finding =>
  about("databox").failure("Databox did not answer in time", { code: "E_SINK_UNAVAILABLE", exit: 21, fix: AGAIN })

/** What was found, and the account where the key is good. */
export const look = ({ account }: Inspection.Inspection) =>
  account.pipe(
    Effect.match({
      onFailure: (error) => ({ finding: refused("databox", error), account: null }),
      onSuccess: (account) => {
        const others = account.reached === 1 ? "" : `, one of ${account.reached} that it reaches`
        return { finding: about("databox").ok(`the key is good for account ${account.id}${others}`), account }
      }
    }),
    bounded("databox", () => ({ finding: slow(), account: null }))
  )
