// A bike or a pair of shoes in the forms of Strava's API. The distance is what the activities say at the time.
import type { Diary } from "./StravaDiary.ts"

/** As it stands in athletes and activities; undefined where the athlete has no such gear. */
export const summary = ({ athlete, gone }: Diary, id: string) => {
  const gear = athlete.gear.find((gear) => gear.id === id)
  const distance = gone(id)
  if (gear === undefined || distance === undefined) return undefined
  return {
    id,
    primary: gear.primary,
    name: gear.name,
    nickname: gear.name,
    resource_state: 2,
    retired: gear.retired,
    distance,
    converted_distance: Math.round(distance / 100) / 10
  }
}

export const detail = (diary: Diary, id: string) => {
  const gear = diary.athlete.gear.find((gear) => gear.id === id)
  const brief = summary(diary, id)
  if (gear === undefined || brief === undefined) return undefined
  return {
    ...brief,
    resource_state: 3,
    brand_name: gear.brand,
    model_name: gear.model,
    ...(gear.kind === "bike" ? { frame_type: 3, weight: 9.1 } : {}),
    description: ""
  }
}

export const ofKind = (diary: Diary, kind: "bike" | "shoes") =>
  diary.athlete.gear.filter((gear) => gear.kind === kind).flatMap(({ id }) => summary(diary, id) ?? [])
