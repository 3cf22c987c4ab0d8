// Rows of one run against those of another.

export interface Difference {
  /** In how many rows they differ, and how. */
  readonly came: string
  /** The key of the first one. */
  readonly example: string
}

const parse = (text: string): Readonly<Record<string, unknown>> => JSON.parse(text)

/** The columns in which two texts of a row differ. */
const columns = (one: string, other: string): string => {
  const [a, b] = [parse(one), parse(other)]
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((name) => a[name] !== b[name]).join(", ")
}

export const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? "" : "s"}`

/** Null where all rows are equal; both are exact texts by key. */
export const difference = (
  expected: ReadonlyMap<string, string>,
  came: ReadonlyMap<string, string>
): Difference | null => {
  const lacking = [...expected.keys()].filter((key) => !came.has(key))
  const more = [...came.keys()].filter((key) => !expected.has(key))
  const other = [...expected].filter(([key, text]) => came.has(key) && came.get(key) !== text)
  const [first] = other
  const example =
    lacking[0] !== undefined
      ? `the row ${lacking[0]} is missing`
      : more[0] !== undefined
        ? `the row ${more[0]} is new`
        : first !== undefined
          ? `the row ${first[0]} differs in ${columns(first[1], came.get(first[0]) ?? "{}")}`
          : null
  if (example === null) return null
  const parts = [
    [lacking.length, "missing"],
    [more.length, "new"],
    [other.length, "different"]
  ] as const
  const what = parts.flatMap(([number, how]) => (number === 0 ? [] : [`${number} ${how}`])).join(", ")
  return { came: `of ${count(expected.size, "row")}: ${what}`, example }
}
