// Steering the GitHub emulator from outside: its switches, its clock, single items, and what the source holds now.
import * as Either from "effect/Either"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import * as Control from "./Control.ts"
import { stamp } from "./DemoCast.ts"
import type { Demo, Repository } from "./DemoData.ts"
import { Behaviour } from "./GitHubBehaviour.ts"
import { json, type Reply, type Request } from "./Message.ts"

export interface Options {
  readonly demo: () => Demo
  readonly behaviour: () => Behaviour
  readonly setBehaviour: (behaviour: Behaviour) => void
}

const Instant = Schema.Date.pipe(Schema.betweenDate(new Date(0), new Date("2100-01-01")))
const Advance = Schema.Struct({ days: Schema.Number.pipe(Schema.between(1 / 86_400, 366)) })
const Target = Schema.Struct({ repository: Schema.String, number: Schema.Int.pipe(Schema.positive()) })
const Touch = Schema.Struct({ ...Target.fields, at: Schema.optional(Instant) })

const decode = {
  behaviour: Control.decoder(Behaviour),
  advance: Control.decoder(Advance),
  touch: Control.decoder(Touch),
  remove: Control.decoder(Target)
}

/**
 * Under /_emulator: `GET|PUT behaviour` (PUT changes the members it names), `POST advance {days}`,
 * `POST touch {repository, number, at?}`, `POST remove {repository, number}`, and what the source holds now:
 * `GET items?repository=acme/app&kind=issues|pulls` gives `[{id, number, updated_at}]` by number, or with `full=1` the
 * whole objects of the newest API version.
 */
export const make = ({ behaviour, demo, setBehaviour }: Options) => {
  const change = (patch: unknown) => decode.behaviour(Predicate.isRecord(patch) ? { ...behaviour(), ...patch } : patch)

  const taking =
    <A>(decode: (value: unknown) => Either.Either<A, Reply>, use: (value: A) => Reply) =>
    ({ body }: Request): Reply =>
      Either.merge(Either.map(Either.flatMap(Control.parseJson(body), decode), use))

  const missing = (path: string) => json(404, { errors: [{ path, message: "there is no such thing" }] })

  const brief = (repository: Repository, kind: "issues" | "pulls", number: number, updatedAt: number) => ({
    id: kind === "issues" ? repository.issueId(number) : repository.pullId(number),
    number,
    updated_at: stamp(updatedAt)
  })

  const target = (
    { number, repository: name }: typeof Target.Type,
    use: (repository: Repository, number: number) => Reply
  ) => {
    const repository = demo().find(name)
    if (repository === undefined) return missing("repository")
    return repository.table.item(number) === undefined ? missing("number") : use(repository, number)
  }

  const items = ({ query }: Request): Reply => {
    const repository = demo().find(query.get("repository") ?? "")
    if (repository === undefined) return missing("repository")
    const kind = query.get("kind") === "pulls" ? "pulls" : "issues"
    const full = query.get("full") === "1"
    const numbers = Array.from({ length: repository.table.highest() }, (_, index) => index + 1)
    return json(
      200,
      numbers.flatMap((number) => {
        const item = repository.table.item(number)
        if (item === undefined || (kind === "pulls" && !item.isPull)) return []
        if (!full) return [brief(repository, kind, number, item.updatedAt)]
        return [kind === "issues" ? repository.issue(item, "2026-03-10") : repository.pull(item, "2026-03-10")]
      })
    )
  }

  const routes: Readonly<Record<string, (request: Request) => Reply>> = {
    "GET /_emulator/behaviour": () => json(200, behaviour()),
    "PUT /_emulator/behaviour": taking(change, (next) => {
      setBehaviour(next)
      return json(200, next)
    }),
    "POST /_emulator/advance": taking(decode.advance, ({ days }) => {
      demo().advance(days)
      return json(200, { now: stamp(demo().now()) })
    }),
    "POST /_emulator/touch": taking(decode.touch, ({ at, ...where }) =>
      target(where, (repository, number) => {
        demo().touch(repository, number, at === undefined ? undefined : Math.floor(at.getTime() / 1000))
        return json(200, { now: stamp(demo().now()) })
      })
    ),
    "POST /_emulator/remove": taking(decode.remove, (where) =>
      target(where, (repository, number) => {
        repository.table.remove(number)
        return json(200, { now: stamp(demo().now()) })
      })
    ),
    "GET /_emulator/items": items
  }

  return (request: Request): Reply | undefined => routes[`${request.method} ${request.path}`]?.(request)
}
