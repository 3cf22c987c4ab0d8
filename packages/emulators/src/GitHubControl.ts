// Steering the GitHub emulator from outside: its switches, its clock, single entries, and what the source holds now.
import * as Either from "effect/Either"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import * as Control from "./Control.ts"
import { stamp } from "./DemoCast.ts"
import type { Demo } from "./DemoData.ts"
import type { ListName, Project } from "./DemoProject.ts"
import { Behaviour } from "./GitHubBehaviour.ts"
import { json, type Reply, type Request } from "./Message.ts"

export interface Options {
  readonly demo: () => Demo
  readonly behaviour: () => Behaviour
  readonly setBehaviour: (behaviour: Behaviour) => void
}

const kinds = [
  "issues",
  "pulls",
  "comments",
  "reviews",
  "commits",
  "releases",
  "runs",
  "deployments",
  "stargazers"
] as const satisfies ReadonlyArray<ListName>

const Kind = Schema.Literal(...kinds)
const Positive = Schema.Int.pipe(Schema.positive())
const Instant = Schema.Date.pipe(Schema.betweenDate(new Date(0), new Date("2100-01-01")))
const Advance = Schema.Struct({ days: Schema.Number.pipe(Schema.between(1 / 86_400, 366)) })
const Add = Schema.Struct({
  repository: Schema.String,
  kind: Kind,
  at: Schema.optional(Instant),
  count: Schema.optionalWith(Positive.pipe(Schema.lessThanOrEqualTo(100_000)), { default: () => 1 }),
  /** Number of the item that a comment or a review belongs to. */
  number: Schema.optional(Positive)
})
const target = {
  repository: Schema.String,
  kind: Schema.optionalWith(Kind, { default: () => "issues" as const }),
  number: Schema.optional(Positive),
  id: Schema.optional(Schema.Union(Schema.Int, Schema.NonEmptyString))
}
const one = ({ id, number }: { readonly id?: unknown; readonly number?: unknown }) =>
  (id === undefined) !== (number === undefined) || "one of number and id is needed"
const Remove = Schema.Struct(target).pipe(Schema.filter(one))
const Touch = Schema.Struct({ ...target, at: Schema.optional(Instant) }).pipe(Schema.filter(one))

const decode = {
  behaviour: Control.decoder(Behaviour),
  advance: Control.decoder(Advance),
  add: Control.decoder(Add),
  touch: Control.decoder(Touch),
  remove: Control.decoder(Remove)
}

/**
 * Under /_emulator: `GET|PUT behaviour` (PUT changes the members it names), `POST advance {days}`, and for the lists
 * `issues` (the default; pull requests too), `pulls`, `comments`, `reviews`, `commits`, `releases`, `runs`,
 * `deployments` and `stargazers` of a repository:
 *
 * - `POST add {repository, kind, at?, count?, number?}` adds so many entries of the same time, by default the second
 *   after the demo's clock; `number` is the item that comments or reviews belong to, by default the newest. Answers
 *   `{now, added: [{number, id}]}`.
 * - `POST touch {repository, kind?, number|id, at?}`: a comment on an item, a comment edited, a review dismissed, a
 *   release renamed, a run completed or run again, a further status of a deployment.
 * - `POST remove {repository, kind?, number|id}`: commits as by a force push, stargazers as by taking the star back.
 *
 * `id` is that of the object: of a commit its sha, of a stargazer the user's. `number` is an item's; of all others the
 * place in the order of making, from 1. The clock moves to where an entry was added or touched.
 *
 * What the source holds now: `GET items?repository=acme/app&kind=…` gives whole objects of the newest API version in the
 * order of making (stargazers in the form with the time), and for `traffic` `[{timestamp, views, view_uniques, clones,
 * clone_uniques}]`. Of issues and pulls it gives `[{id, number, updated_at}]` unless `full=1`.
 */
export const make = ({ behaviour, demo, setBehaviour }: Options) => {
  const change = (patch: unknown) => decode.behaviour(Predicate.isRecord(patch) ? { ...behaviour(), ...patch } : patch)

  const taking =
    <A>(decode: (value: unknown) => Either.Either<A, Reply>, use: (value: A) => Reply) =>
    ({ body }: Request): Reply =>
      Either.merge(Either.map(Either.flatMap(Control.parseJson(body), decode), use))

  const missing = (path: string) => json(404, { errors: [{ path, message: "there is no such thing" }] })
  const done = (more: object = {}) => json(200, { now: stamp(demo().now()), ...more })

  const within = (name: string, use: (repository: Project) => Reply): Reply => {
    const repository = demo().find(name)
    return repository === undefined ? missing("repository") : use(repository)
  }

  /** Epoch seconds: as told, or the second after the clock. */
  const moment = (at: Date | undefined) => (at === undefined ? demo().now() + 1 : Math.floor(at.getTime() / 1000))

  const add = ({ at, count, kind, number, repository }: typeof Add.Type) =>
    within(repository, ({ lists }) => {
      const time = moment(at)
      const added = Array.from({ length: count }, () => lists[kind].add(time, number))
      if (added.includes(undefined)) return missing("number")
      demo().moveTo(time)
      return done({ added })
    })

  const touch = ({ at, kind, repository, ...which }: typeof Touch.Type) =>
    within(repository, ({ lists }) => {
      const { touch } = lists[kind]
      if (touch === undefined) return json(400, { errors: [{ path: "kind", message: `${kind} do not change` }] })
      const time = moment(at)
      if (!touch(which, time)) return missing(which.number === undefined ? "id" : "number")
      demo().moveTo(time)
      return done()
    })

  const remove = ({ kind, repository, ...which }: typeof Remove.Type) =>
    within(repository, ({ lists }) =>
      lists[kind].remove(which, demo().now()) ? done() : missing(which.number === undefined ? "id" : "number")
    )

  const briefs = ({ issueId, pullId, table }: Project, kind: "issues" | "pulls") =>
    Array.from({ length: table.highest() }, (_, index) => table.item(index + 1)).flatMap((item) =>
      item === undefined || (kind === "pulls" && !item.isPull)
        ? []
        : {
            id: kind === "issues" ? issueId(item.number) : pullId(item.number),
            number: item.number,
            updated_at: stamp(item.updatedAt)
          }
    )

  const items = ({ query }: Request): Reply =>
    within(query.get("repository") ?? "", (repository) => {
      const asked = query.get("kind") ?? "issues"
      if (asked === "traffic") return json(200, repository.traffic.days(demo().now()))
      const kind = kinds.find((kind) => kind === asked)
      if (kind === undefined) return missing("kind")
      if ((kind === "issues" || kind === "pulls") && query.get("full") !== "1")
        return json(200, briefs(repository, kind))
      return json(200, repository.lists[kind].objects("2026-03-10"))
    })

  const routes: Readonly<Record<string, (request: Request) => Reply>> = {
    "GET /_emulator/behaviour": () => json(200, behaviour()),
    "PUT /_emulator/behaviour": taking(change, (next) => {
      setBehaviour(next)
      return json(200, next)
    }),
    "POST /_emulator/advance": taking(decode.advance, ({ days }) => {
      demo().advance(days)
      return done()
    }),
    "POST /_emulator/add": taking(decode.add, add),
    "POST /_emulator/touch": taking(decode.touch, touch),
    "POST /_emulator/remove": taking(decode.remove, remove),
    "GET /_emulator/items": items
  }

  return (request: Request): Reply | undefined => routes[`${request.method} ${request.path}`]?.(request)
}
