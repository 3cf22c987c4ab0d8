// Steering the Strava emulator from outside: its switches, its clock, single activities, sign-ins, and what it holds now.
import * as Either from "effect/Either"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import * as Control from "./Control.ts"
import { json, type Reply, type Request } from "./Message.ts"
import * as Activity from "./StravaActivity.ts"
import { Behaviour } from "./StravaBehaviour.ts"
import type { Demo } from "./StravaDemo.ts"
import { type Diary, Facts } from "./StravaDiary.ts"
import * as Gear from "./StravaGear.ts"
import * as OAuth from "./StravaOAuth.ts"
import * as Profile from "./StravaProfile.ts"
import * as Scope from "./StravaScope.ts"
import type { Tokens } from "./StravaTokens.ts"
import * as Zone from "./StravaZone.ts"

export interface Options {
  readonly demo: () => Demo
  readonly behaviour: () => Behaviour
  readonly setBehaviour: (behaviour: Behaviour) => void
  readonly tokens: Tokens
  /** The emulator's clock, epoch seconds. */
  readonly now: () => number
  /** Moves the clock on. */
  readonly advance: (days: number) => void
}

const Athlete = Schema.optionalWith(Schema.Int, { exact: true })
const Id = Schema.Struct({ id: Schema.Int })
const Some = Schema.partialWith(Facts, { exact: true })
const Advance = Schema.Struct({ days: Schema.Number.pipe(Schema.between(0, 366)) })
const Add = Schema.Struct({
  athlete: Athlete,
  count: Schema.optionalWith(Schema.Int.pipe(Schema.between(1, 10_000)), { exact: true, default: () => 1 })
}).pipe(Schema.extend(Some))
const Touch = Id.pipe(Schema.extend(Some))
const Grant = Schema.Struct({
  athlete: Athlete,
  scopes: Schema.optionalWith(Schema.Array(Scope.Scope), { exact: true, default: () => Scope.all })
})
const Revoke = Schema.Struct({ athlete: Athlete })

const decode = {
  behaviour: Control.decoder(Behaviour),
  advance: Control.decoder(Advance),
  add: Control.decoder(Add),
  touch: Control.decoder(Touch),
  remove: Control.decoder(Id),
  grant: Control.decoder(Grant),
  revoke: Control.decoder(Revoke)
}

/** Half an hour's run that ended a while ago. */
const usual = (now: number, { home }: Diary["athlete"]): Facts => ({
  name: "Added",
  sport_type: "Run",
  start_date: now - 3600,
  timezone: home.zone,
  start_latlng: [home.latitude, home.longitude],
  distance: 5400,
  moving_time: 1800,
  elapsed_time: 1860,
  total_elevation_gain: 32,
  gear_id: null,
  manual: false,
  trainer: false,
  commute: false,
  visibility: "everyone",
  description: "",
  kudos_count: 0,
  comment_count: 0
})

/** What an athlete holds, by kind; activities newest first. */
const holdings: Readonly<Record<string, (demo: Demo, diary: Diary, now: number) => unknown>> = {
  activities: ({ seed }, diary) => diary.all().map((activity) => Activity.summary(seed, activity, diary)),
  details: ({ seed }, diary) => diary.all().map((activity) => Activity.detail(seed, activity, diary)),
  laps: (_, diary) => diary.all().flatMap((activity) => Activity.laps(activity, diary)),
  gear: (_, diary) => diary.athlete.gear.flatMap(({ id }) => Gear.detail(diary, id) ?? []),
  stats: (_, diary, now) => Profile.stats(diary, now)
}

/**
 * Under /_emulator: `GET|PUT behaviour` (PUT changes the members it names), `POST advance {days}`: the clock moves on and
 * life with it, also through the time that has passed by itself; 0 days for that alone. `athlete` is an id, by default the
 * first athlete's; members of activities are named as in `Facts`.
 *
 * - `POST add {athlete?, count?, …}` adds activities, by default runs of an hour ago. Answers `{now, added: [id]}`.
 * - `POST touch {id, …}` edits an activity, by default its name. `POST remove {id}`.
 * - `POST grant {athlete?, scopes?}` signs in without a browser, with all scopes unless told: the token answer.
 * - `POST revoke {athlete?}`: the athlete takes it back.
 *
 * What an athlete holds now, whatever its visibility: `GET items?athlete=…&kind=activities` (the default), `details`,
 * `laps`, `gear` or `stats`.
 */
export const make = ({ advance, behaviour, demo, now, setBehaviour, tokens }: Options) => {
  const change = (patch: unknown) => decode.behaviour(Predicate.isRecord(patch) ? { ...behaviour(), ...patch } : patch)

  const taking =
    <A>(decode: (value: unknown) => Either.Either<A, Reply>, use: (value: A) => Reply) =>
    ({ body }: Request): Reply =>
      Either.merge(Either.map(Either.flatMap(Control.parseJson(body), decode), use))

  const missing = (path: string) => json(404, { errors: [{ path, message: "there is no such thing" }] })
  const done = (more: object = {}) => json(200, { now: Zone.stamp(now()), ...more })

  const of = (athlete: number | undefined, use: (diary: Diary) => Reply): Reply => {
    const diary = athlete === undefined ? demo().diaries[0] : demo().find(athlete)
    return diary === undefined ? missing("athlete") : use(diary)
  }

  const routes: Readonly<Record<string, (request: Request) => Reply>> = {
    "GET /_emulator/behaviour": () => json(200, behaviour()),
    "PUT /_emulator/behaviour": taking(change, (next) => {
      setBehaviour(next)
      return json(200, next)
    }),
    "POST /_emulator/advance": taking(decode.advance, ({ days }) => {
      advance(days)
      return done()
    }),
    "POST /_emulator/add": taking(decode.add, ({ athlete, count, ...facts }) =>
      of(athlete, (diary) => {
        const added = { ...usual(now(), diary.athlete), ...facts }
        return done({ added: Array.from({ length: count }, () => diary.add(added).id) })
      })
    ),
    "POST /_emulator/touch": taking(decode.touch, ({ id, ...facts }) => {
      const diary = demo().ownerOf(id)
      const name = `${diary?.find(id)?.name} (edited)`
      return diary?.change(id, Object.keys(facts).length === 0 ? { name } : facts) ? done() : missing("id")
    }),
    "POST /_emulator/remove": taking(decode.remove, ({ id }) =>
      demo().ownerOf(id)?.remove(id) ? done() : missing("id")
    ),
    "POST /_emulator/grant": taking(decode.grant, ({ athlete, scopes }) =>
      of(athlete, ({ athlete: { id } }) => json(200, OAuth.body(tokens.issue({ athlete: id, scopes }), now())))
    ),
    "POST /_emulator/revoke": taking(decode.revoke, ({ athlete }) =>
      of(athlete, ({ athlete: { id } }) => (tokens.forget(id) ? done() : missing("athlete")))
    ),
    "GET /_emulator/items": ({ query }) => {
      const athlete = query.get("athlete")
      const kind = holdings[query.get("kind") ?? "activities"]
      if (kind === undefined) return missing("kind")
      return of(athlete === null ? undefined : Number(athlete), (diary) => json(200, kind(demo(), diary, now())))
    }
  }

  return (request: Request): Reply | undefined => routes[`${request.method} ${request.path}`]?.(request)
}
