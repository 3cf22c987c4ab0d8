// The list of an athlete's activities, the newest first, which all streams about activities read.
import { Order, Pages, RestStream } from "@inlet/sdk"

/**
 * Each page begins behind the last one's oldest start. Page numbers would move when an activity is uploaded or deleted meanwhile,
 * and a reading of a long history can go on for days. A short page says nothing; the list ends where nothing older comes.
 */
const pages = (size: number): Pages.Pages => ({
  ...Pages.single,
  paged: true,
  ask: (before) => ({ query: { per_page: size, ...(before !== null && { before }) } }),
  next: ({ json }, before) => {
    const starts = (Array.isArray(json) ? json : [])
      .map((activity) => Date.parse(String(RestStream.at(activity, "start_date"))) / 1000)
      .filter(Number.isFinite)
    // A second later than the oldest, so that none that began in the same second is left out: it comes twice.
    const at = Math.min(...starts) + 1
    return starts.length === 0 || (before !== null && at >= Number(before)) ? null : { at }
  }
})

/** The list by pages of so many activities. */
export const of = (size: number) => ({
  template: "/athlete/activities",
  pages: pages(size),
  order: Order.lookingBack("30 days"),
  time: "start_date"
})

/** The most that Strava puts on a page. */
export const MOST = 200

/**
 * A page and the answers about its activities are recorded together. So many fit several times into the 100 requests that Strava
 * allows a new application in a quarter of an hour, also where two streams share them: little is asked for in vain.
 */
export const FEW = 20
