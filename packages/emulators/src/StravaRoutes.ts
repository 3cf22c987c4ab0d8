// What the emulator serves of Strava's API to an athlete's token: each path with how it is answered.
import * as Either from "effect/Either"
import { json, type Reply, type Request } from "./Message.ts"
import * as Activity from "./StravaActivity.ts"
import type { Behaviour } from "./StravaBehaviour.ts"
import type { Diary, Activity as Facts } from "./StravaDiary.ts"
import * as Fault from "./StravaFault.ts"
import * as Gear from "./StravaGear.ts"
import * as Profile from "./StravaProfile.ts"
import type { Scope } from "./StravaScope.ts"

export interface Call {
  readonly request: Request
  readonly behaviour: Behaviour
  readonly seed: number
  /** The emulator's clock, epoch seconds. */
  readonly now: number
  /** Of the athlete whose token it is. */
  readonly diary: Diary
  readonly scopes: ReadonlyArray<Scope>
}

interface Route {
  readonly path: RegExp
  /** Activities take a scope of their own. */
  readonly activities?: boolean
  readonly answer: (call: Call, id: string) => Reply
}

const mostPerPage = 200

/** Activities that only the athlete sees take the wider scope. */
const visible =
  ({ scopes }: Call) =>
  ({ visibility }: Facts): boolean =>
    visibility !== "only_me" || scopes.includes("activity:read_all")

const whole = (query: URLSearchParams, field: string): Either.Either<number | undefined, Reply> => {
  const given = query.get(field)
  if (given === null) return Either.right(undefined)
  return /^\d{1,15}$/.test(given)
    ? Either.right(Number(given))
    : Either.left(Fault.badRequest(`Application/${field}/invalid`))
}

const list = (call: Call): Reply => {
  const { behaviour, diary, now, request, seed } = call
  return Either.merge(
    Either.gen(function* () {
      const after = yield* whole(request.query, "after")
      const before = yield* whole(request.query, "before")
      const page = (yield* whole(request.query, "page")) ?? 1
      const perPage = (yield* whole(request.query, "per_page")) ?? 30
      // Milliseconds given for seconds are far in the future, too.
      if (after !== undefined && after > now) return Fault.badRequest("Application/after/future")
      if (page < 1) return Fault.badRequest("Application/page/invalid")
      if (perPage < 1 || perPage > mostPerPage) return Fault.badRequest("Application/per page/max exceeded")
      const found = diary
        .all()
        .filter(({ start_date: start }) => start > (after ?? -Infinity) && start < (before ?? Infinity))
        .filter(visible(call))
      const oldest = behaviour.afterOrder === "oldest" && after !== undefined && before === undefined
      return json(
        200,
        (oldest ? found.toReversed() : found)
          .slice((page - 1) * perPage, page * perPage)
          .map((activity) => Activity.summary(seed, activity, diary))
      )
    })
  )
}

const one =
  (render: (seed: number, activity: Facts, diary: Diary) => unknown): Route["answer"] =>
  (call, id) => {
    const activity = call.diary.find(Number(id))
    return activity === undefined || !visible(call)(activity)
      ? Fault.notFound("Activity/id/invalid")
      : json(200, render(call.seed, activity, call.diary))
  }

const routes: ReadonlyArray<Route> = [
  {
    path: /^\/athlete$/,
    answer: ({ diary, scopes }) =>
      json(200, scopes.includes("profile:read_all") ? Profile.detail(diary) : Profile.summary(diary))
  },
  { path: /^\/athlete\/activities$/, activities: true, answer: list },
  { path: /^\/activities\/(\d+)$/, activities: true, answer: one(Activity.detail) },
  {
    path: /^\/activities\/(\d+)\/laps$/,
    activities: true,
    answer: one((_, activity, diary) => Activity.laps(activity, diary))
  },
  {
    path: /^\/athletes\/(\d+)\/stats$/,
    answer: ({ diary, now }, id) =>
      Number(id) === diary.athlete.id
        ? json(200, Profile.stats(diary, now))
        : Fault.fault(403, "Forbidden", "Athlete/id/invalid")
  },
  {
    path: /^\/gear\/(\w+)$/,
    answer: ({ diary }, id) => {
      const gear = Gear.detail(diary, id)
      return gear === undefined ? Fault.notFound("Gear/id/invalid") : json(200, gear)
    }
  }
]

/** Answers `path`, which comes after the API's own; undefined for one it does not know. */
export const answer = (call: Call, path: string): Reply | undefined => {
  if (call.request.method !== "GET") return undefined
  for (const { activities = false, answer, path: pattern } of routes) {
    const match = pattern.exec(path)
    if (match === null) continue
    return activities && !call.scopes.some((scope) => scope === "activity:read" || scope === "activity:read_all")
      ? Fault.missingScope(call.behaviour.missingScope, "activity:read_permission")
      : answer(call, match[1] ?? "")
  }
  return undefined
}
