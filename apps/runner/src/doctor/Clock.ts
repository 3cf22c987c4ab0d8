// Whether this computer's clock goes right: what services say the time is comes with each of their answers.
import * as HttpClient from "@effect/platform/HttpClient"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { about, type Finding } from "./Finding.ts"

/** Milliseconds by which a clock may be wrong unnoticed, and without harm. */
const NOTICED = 30_000
const HARMFUL = 300_000

/** A `Date` header tells whole seconds. */
const SECOND = 1000

const FIX = "Set the clock of this computer, best by NTP: timedatectl set-ntp true"

const say = about("clock")

/** The milliseconds by which our clock was ahead when an answer came, as far as its header proves. */
const ahead = (header: string | undefined, asked: number, answered: number): number | null => {
  const said = Date.parse(header ?? "")
  if (Number.isNaN(said)) return null
  if (answered < said) return answered - said
  return Math.max(0, asked - said - SECOND)
}

/** A client that listens for the time in answers, and what it heard. */
export const listening = (client: HttpClient.HttpClient) => {
  const heard: Array<number> = []
  const listens = HttpClient.transform(client, (answer) =>
    Effect.gen(function* () {
      const asked = yield* Clock.currentTimeMillis
      const response = yield* answer
      const skew = ahead(response.headers.date, asked, yield* Clock.currentTimeMillis)
      if (skew !== null) heard.push(skew)
      return response
    })
  )
  return { client: listens, heard: (): ReadonlyArray<number> => heard }
}

/** What those that answered say of the clock. One whose own clock is wrong counts for nothing beside others. */
export const look = (heard: ReadonlyArray<number>): Finding => {
  const [skew] = heard.toSorted((a, b) => Math.abs(a) - Math.abs(b))
  if (skew === undefined) return say.skipped("not looked at, since nobody answered who tells the time")
  const wrong = `it is ${Duration.format(Math.floor(Math.abs(skew) / SECOND) * SECOND)} ${skew > 0 ? "fast" : "slow"}`
  if (Math.abs(skew) > HARMFUL) return say.failure(wrong, { code: "E_CLOCK", exit: 2, fix: FIX })
  return Math.abs(skew) > NOTICED ? say.warning(wrong, FIX) : say.ok("as those who answered have it")
}
