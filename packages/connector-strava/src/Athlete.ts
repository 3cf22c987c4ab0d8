// Whose data it is: the athlete who signed in, asked once.
import { RestStream, Source, type SourceHttp } from "@inlet/sdk"
import * as Effect from "effect/Effect"

/** The athlete's id, which does not change under a sign-in. A failure is not kept. */
export const subject = (http: SourceHttp.SourceHttp): Effect.Effect<string, Source.SourceError> => {
  const one = Effect.unsafeMakeSemaphore(1)
  let known: string | undefined
  const ask = Effect.gen(function* () {
    if (known !== undefined) return known
    const { json, status, summary } = yield* http.get({ template: "/athlete" })
    known = RestStream.idOf(json, "id")
    if (known !== undefined) return known
    const detail = `${summary} without an id`
    return yield* new Source.SourceError({ reason: "Malformed", detail, status, retryAt: null })
  })
  return one.withPermits(1)(ask)
}
