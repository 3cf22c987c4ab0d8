// A raw value as a cell: every record is read by these, and a Schema's own decoder takes ten times as long.
import type { Row } from "@inlet/core"

/**
 * Why a value is no cell. Recorded with the quarantined row, so a code keeps its meaning.
 *
 * @since 0.1.0
 */
export interface Fault {
  readonly code: "missing" | "empty" | "wrong_type" | "not_an_integer" | "out_of_range" | "not_a_time" | "not_a_day"
}

/**
 * Tells a fault from a cell.
 *
 * @since 0.1.0
 */
export const isFault = <A extends Row.Cell>(cell: A | Fault): cell is Fault => typeof cell === "object"

export const wrongType: Fault = { code: "wrong_type" }
const notAnInteger: Fault = { code: "not_an_integer" }
const outOfRange: Fault = { code: "out_of_range" }
const notATime: Fault = { code: "not_a_time" }
const notADay: Fault = { code: "not_a_day" }

export const readText = (value: unknown) => (typeof value === "string" ? value : wrongType)

export const readNumber = (value: unknown) =>
  typeof value !== "number" ? wrongType : Math.abs(value) <= 2 ** 53 ? value : outOfRange

export const readInteger = (value: unknown) => {
  if (typeof value !== "number") return wrongType
  // Beyond the safe integers the parser of JSON has lost digits.
  return Number.isSafeInteger(value) ? value : Number.isInteger(value) ? outOfRange : notAnInteger
}

export const readId = (value: unknown) => {
  if (typeof value === "string") return value
  const integer = readInteger(value)
  return isFault(integer) ? integer : String(integer)
}

const DAY = /^\d{4}-(0[1-9]|1[0-2])-\d\d$/
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/
/** Whole seconds in UTC, as most services write them: worth a path of its own, since a Date costs more than all other columns. */
const PLAIN = /^\d{4}-(0[1-9]|1[0-2])-\d\dT([01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/

/** Whether the calendar has the day with which the text begins: a Date takes 30 February for 1 March. */
const dayExists = (text: string): boolean => {
  const day = Number(text.slice(8, 10))
  if (day <= 28) return day > 0
  return day <= new Date(Date.UTC(Number(text.slice(0, 4)), Number(text.slice(5, 7)), 0)).getUTCDate()
}

export const readTime = (value: unknown) => {
  if (typeof value !== "string") return wrongType
  if (PLAIN.test(value)) return dayExists(value) ? `${value.slice(0, 19)}.000Z` : notATime
  const millis = TIME.test(value) && dayExists(value) ? Date.parse(value) : Number.NaN
  return Number.isNaN(millis) ? notATime : new Date(millis).toISOString()
}

export const readDay = (value: unknown) => {
  if (typeof value !== "string") return wrongType
  return DAY.test(value) && dayExists(value) ? value : notADay
}
