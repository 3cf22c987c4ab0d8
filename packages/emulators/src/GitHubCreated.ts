// The `created` filter of workflow runs: the range syntax of GitHub's search.

/** Epoch seconds, both ends included. */
export interface Range {
  readonly from: number
  readonly to: number
}

const date = /^\d{4}-\d\d-\d\d$/
const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?(?:Z|[+ -]\d\d:?\d\d)?$/

/** The first and the last second that a date or an instant stands for. */
const span = (text: string): Range | undefined => {
  if (!date.test(text) && !instant.test(text)) return undefined
  // A plus sign in a query arrives as a space.
  const from = Date.parse(text.replace(" ", "+")) / 1000
  return Number.isNaN(from) ? undefined : { from, to: date.test(text) ? from + 86_399 : from }
}

const bounds = (from: number | undefined, to: number | undefined): Range | undefined =>
  from === undefined || to === undefined ? undefined : { from, to }

/** `A`, `A..B`, `A..*`, `*..B`, `>A`, `>=A`, `<A` and `<=A`, each end a date or an instant; undefined for others. */
export const parse = (text: string): Range | undefined => {
  const [, sign, single] = /^([<>]=?)?([^.]+)$/.exec(text) ?? []
  if (single !== undefined) {
    const at = span(single)
    if (at === undefined || sign === undefined) return at
    if (sign === ">") return bounds(at.to + 1, Infinity)
    if (sign === ">=") return bounds(at.from, Infinity)
    return bounds(-Infinity, sign === "<" ? at.from - 1 : at.to)
  }
  const [, first = "", last = ""] = /^(.+)\.\.(.+)$/.exec(text) ?? []
  return bounds(first === "*" ? -Infinity : span(first)?.from, last === "*" ? Infinity : span(last)?.to)
}
