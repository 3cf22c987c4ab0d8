// What can be said of a cursor without knowing what it means: it is JSON, and what grows in it does not fall.

const TIME = /^\d{4}-\d\d-\d\d(T\d\d:\d\d.*)?$/

/** The latest time and the highest number that stand in an object itself. */
const marks = (values: ReadonlyArray<unknown>) => {
  let time = ""
  let number = Number.NEGATIVE_INFINITY
  for (const value of values) {
    if (typeof value === "number" && value > number) number = value
    if (typeof value === "string" && TIME.test(value) && value > time) time = value
  }
  return { time, number }
}

const fell = (from: ReadonlyArray<unknown>, to: ReadonlyArray<unknown>): boolean => {
  const [old, now] = [marks(from), marks(to)]
  if (now.time === "" && now.number === Number.NEGATIVE_INFINITY) return false
  const timed = old.time !== "" && now.time !== ""
  const numbered = old.number !== Number.NEGATIVE_INFINITY && now.number !== Number.NEGATIVE_INFINITY
  if ((timed && now.time > old.time) || (numbered && now.number > old.number)) return false
  return (timed && now.time < old.time) || (numbered && now.number < old.number)
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null

/**
 * Whether a later cursor says less than an earlier one: whether the latest time, or the highest number, of an object in it is
 * lower than it was, and nothing else in that object is higher.
 *
 * @example goesBack({ since: "2026-02-01" }, { since: "2026-01-01" }) === true
 */
export const goesBack = (from: unknown, to: unknown): boolean => {
  if (!isObject(from) || !isObject(to)) return fell([from], [to])
  if (fell(Object.values(from), Object.values(to))) return true
  return Object.entries(to).some(([name, member]) => isObject(member) && goesBack(from[name], member))
}

/** Whether a value is the same after it was written as JSON and read again. */
export const isJson = (value: unknown): boolean => {
  if (value === null || typeof value === "string" || typeof value === "boolean") return true
  if (typeof value === "number") return Number.isFinite(value)
  if (Array.isArray(value)) return value.every(isJson)
  if (typeof value !== "object") return false
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== null && prototype !== Object.prototype) return false
  return Object.values(value).every((member) => member === undefined || isJson(member))
}
