// Whether traces can be kept. Nothing fails without them.
import * as Effect from "effect/Effect"
import * as Settings from "../telemetry/Settings.ts"
import { about } from "./Finding.ts"
import * as Folder from "./Folder.ts"

const say = about("traces")

export const look = Effect.gen(function* () {
  const place = yield* Settings.place
  if (place === null) return say.ok("they are not kept (INLET_TRACE_FILE)")
  const problem = yield* Folder.problem(place.folder)
  if (problem === null) return say.ok(place.folder)
  return say.warning(
    `they cannot be kept: ${problem}`,
    `Make ${place.folder} a folder that can be written to, or name another one: INLET_TRACE_FILE`
  )
})
