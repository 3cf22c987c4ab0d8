// Columns that several datasets have: what was measured, and of which activity. They are optional throughout, since manual and
// indoor activities lack most of them, and what is kept of a deleted one lacks all.
import { Column } from "@inlet/sdk"

export const measure = (from: string, unit: string, meaning: string) =>
  Column.number(from, { meaning, unit, optional: true })

export const counted = (from: string, meaning: string) =>
  Column.integer(from, { meaning, unit: "count", optional: true })

export const flag = (from: string, meaning: string) => Column.flag(from, { meaning, optional: true })

export const sport = (from = "sport_type") =>
  Column.text(from, { meaning: "Run, Ride, Swim, Hike …; Strava adds new ones.", optional: true })

export const localDay = (from = "local_day") =>
  Column.day(from, { meaning: "The calendar day on which the activity began where the athlete was." })

export const deleted = Column.present("deleted", {
  meaning: "1 where Strava no longer lists the activity: deleted, or hidden from this sign-in."
})

/** A filter of recipes: what is there still. */
export const there = { column: "deleted", is: [0] } as const

export const distance = measure("distance", "metres", "How far.")
export const movingTime = measure("moving_time", "seconds", "How long, without the breaks.")
export const elapsedTime = measure("elapsed_time", "seconds", "How long, with the breaks.")
export const elevationGain = measure("total_elevation_gain", "metres", "How far up, altogether.")
export const averageSpeed = measure("average_speed", "metres per second", "Distance by moving time.")
export const maxSpeed = measure("max_speed", "metres per second", "The highest speed.")
export const averageHeartrate = measure("average_heartrate", "beats per minute", "Heart rate on average.")
export const maxHeartrate = measure("max_heartrate", "beats per minute", "The highest heart rate.")
export const averageCadence = measure("average_cadence", "per minute", "Turns of the pedals, or steps of one foot.")
export const averageWatts = measure("average_watts", "watts", "Power on average, measured or estimated.")
