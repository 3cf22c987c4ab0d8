// An athlete's activities as the harness changes and knows them: which rows there have to be, and which versions of them
// there were.
import connector from "@inlet/connector-strava"

const { map, records } = connector.streams.get("activities")

const items = (world) => world.strava("GET", "items")

/** The activities of the world as rows, by key. `kudos` counts the versions of a row: nothing else changes one here. */
const rowsOf = async (world) => {
  const rows = records(await items(world), {}).map((record) => map(record).row)
  return new Map(rows.map((row) => [row.activity_id, row]))
}

const ACTIVITIES = 24
const TWO_HOURS = 7_200_000

/** Follows the athlete of a fresh world. */
export const follow = async (world) => {
  await world.sink("PUT", "behaviour", { versionColumn: "kudos" })
  for (let n = 1; n <= ACTIVITIES; n++) {
    const start_date = new Date(Date.now() - n * TWO_HOURS).toISOString()
    await world.strava("POST", "add", { name: `Round ${n} of the lake`, start_date })
  }
  const first = await rowsOf(world)
  let versions = first.size

  const touch = async ({ activity_id }) => {
    versions += 1
    const { kudos } = (await rowsOf(world)).get(activity_id)
    await world.strava("POST", "touch", { id: Number(activity_id), kudos_count: kudos + 1 })
  }

  return {
    dataset: "strava_activities",
    key: "activity_id",
    version: "kudos",
    versions: () => versions,
    rows: () => rowsOf(world),
    first,
    touch,
    change: (dice) => touch(dice.pick([...first.values()])),
    /** What the athlete's own data can be known by, wherever it is left. */
    words: async () => [world.athlete, ...(await items(world)).flatMap(({ id, name }) => [String(id), name])]
  }
}
