// no-secret: secrets stay on their way to the service, also where it repeats them in its answers.
import * as Effect from "effect/Effect"
import { type Bench, instead, shown } from "../Bench.ts"
import type { Asked, Script } from "../Replay.ts"
import { show } from "../Said.ts"
import * as Secrets from "../Secrets.ts"
import { make, type Violation } from "../Violation.ts"
import type { Scene } from "../World.ts"

const LAW = "no-secret"

/** A service that repeats what it was sent. */
const repeating =
  (status: number, secrets: Secrets.Finder): Script =>
  ({ headers }) => {
    const [whole = "", bare = whole] = Secrets.carried(headers, secrets)
    const message = `the credentials "${bare}" (${whole}) are not valid here`
    const body = { message, error: message, error_description: message, detail: message, errors: [{ message }] }
    return { status, headers: { "content-type": "application/json" }, text: JSON.stringify(body) }
  }

/** Where in what came of a run there is a secret, or null. */
const found = ({ error, failure, pages, said }: Scene, { isIn }: Secrets.Finder, bodies: boolean) => {
  for (const taken of pages) {
    const { context, cursor, next, request, shape, subject } = taken.page
    const parts = { request, context, cursor, next, shape, subject, ...(bodies && { body: taken.text }) }
    const part = Object.entries(parts).find(([, value]) => isIn(show(value)))
    if (part !== undefined) return { where: `the ${part[0]} of a page`, example: shown(taken) }
  }
  if (error !== null && isIn(show(error.detail))) return { where: "the detail of a SourceError" }
  const line = said.lines().find(({ text }) => isIn(text))
  if (line !== undefined) return { where: line.where }
  return failure !== null && isIn(failure) ? { where: "what it failed with" } : null
}

export const check = (bench: Bench) =>
  Effect.gen(function* () {
    const { first, lists, play, second, stream, world } = bench
    const sent = (scenes: ReadonlyArray<Scene>): ReadonlyArray<Asked> => scenes.flatMap(({ asked }) => asked)
    const violation = (
      scene: Scene,
      asked: ReadonlyArray<Asked>,
      when: string,
      bodies = false
    ): ReadonlyArray<Violation> => {
      const carried = asked.flatMap(({ headers }) => Secrets.carried(headers, world.secrets))
      const finder = Secrets.finder(carried)
      const isIn = (text: string) => world.secrets.isIn(text) || finder.isIn(text)
      const leak = found(scene, { isIn, without: finder.without }, bodies)
      if (leak === null) return []
      const finding = {
        expected: "no secret of the configuration and no token in anything that is recorded, shown or logged",
        came: `there is one in ${leak.where}, ${when}`,
        ...(leak.example !== undefined && { example: leak.example }),
        todo: "keep secrets Redacted until Auth puts them into a header, and do not repeat a service's own words"
      }
      return [make(LAW, stream, finding)]
    }
    const plain = [
      ...violation(first, sent([first]), "in a usual run", true),
      ...violation(second, sent([second]), "in a second run", true)
    ].slice(0, 1)
    const [list] = lists
    if (plain.length > 0 || list === undefined) return plain
    const repeated = yield* Effect.forEach(
      [400, 401, 403, 404, 422, 500],
      (status) =>
        Effect.map(play({ script: instead(list, repeating(status, world.secrets)) }), (scene) =>
          violation(scene, sent([scene]), `where a ${status} repeats it to ${list.request}`)
        ),
      { concurrency: "unbounded" }
    )
    return repeated.flat().slice(0, 1)
  })
