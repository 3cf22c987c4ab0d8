// A contract against the fields that a service was seen to send. The contract does not tell by which kind of column a field
// is read, so only what no kind could read counts as a wrong type.
import type { Contract } from "@inlet/core"

/**
 * A column that does not fit what was seen.
 *
 * @since 0.1.0
 */
export interface Finding {
  readonly kind: "never_seen" | "wrong_type"
  readonly column: string
  readonly path: string
  /** True where rows cannot do without the column, so that records go to quarantine. */
  readonly grave: boolean
  readonly message: string
}

/**
 * What was seen, as far as it concerns a contract.
 *
 * @since 0.1.0
 */
export interface Seen {
  /** How many fields were seen: 0 where nothing is recorded, and then there is nothing to find. */
  readonly fields: number
  readonly findings: ReadonlyArray<Finding>
  /** Fields that no column comes from, sorted; one stands for all that is in it. */
  readonly unmapped: ReadonlyArray<string>
}

type Types = ReadonlySet<string>

/** The paths that a column reads; a duration reads two. */
const pathsOf = ({ from }: Contract.Column): ReadonlyArray<string> => from.split(" … ")

/** A column that says whether there is a value, as a number without a unit, is never lacking and reads anything. */
const maySayPresence = ({ optional, type, unit }: Contract.Column) =>
  type === "number" && !optional && unit === undefined

const readable = (column: Contract.Column): ReadonlyArray<string> => {
  switch (column.type) {
    case "datetime":
      return ["string"]
    case "string":
      return ["string", "number", "array"]
    case "number":
      return ["number", "boolean", "string", "array", ...(maySayPresence(column) ? ["object"] : [])]
  }
}

const find = (column: Contract.Column, path: string, types: Types | undefined): ReadonlyArray<Finding> => {
  const { name, optional, type } = column
  if (types === undefined) {
    const grave = !optional && !maySayPresence(column)
    return [{ kind: "never_seen", column: name, path, grave, message: `${name}: nothing was seen at ${path}` }]
  }
  if (readable(column).some((one) => types.has(one))) return []
  const message = `${name}: only ${[...types].join(" and ")} was seen at ${path}, which makes no ${type}`
  return [{ kind: "wrong_type", column: name, path, grave: !optional, message }]
}

const isWithin = (path: string, outer: string) => path.startsWith(`${outer}.`) || path.startsWith(`${outer}[]`)

/** What the connector knew of the request is no field of the answer. */
const isContext = (path: string) => path === "@" || path.startsWith("@.")

/** The path without its last member or `[]`; empty at the top. */
const parent = (path: string): string => path.replace(/(^|\.)[^.[\]]*$|\[\]$/, "")

/**
 * Compares a contract with the lines of a shape (see `Shape.of`).
 *
 * @since 0.1.0
 */
export const seen = ({ columns }: Pick<Contract.Contract, "columns">, lines: ReadonlyArray<string>): Seen => {
  if (lines.length === 0) return { fields: 0, findings: [], unmapped: [] }
  const fields = new Map<string, Set<string>>()
  for (const line of lines) {
    const end = line.lastIndexOf(" ")
    const path = line.slice(0, end)
    fields.set(path, (fields.get(path) ?? new Set()).add(line.slice(end + 1)))
  }
  const read = columns.flatMap(pathsOf)
  const isMapped = (path: string) => read.some((one) => one === path || isWithin(one, path) || isWithin(path, one))
  const unmapped = new Set([...fields.keys()].filter((path) => !isMapped(path) && !isContext(path)))
  return {
    fields: fields.size,
    findings: columns.flatMap((column) => pathsOf(column).flatMap((path) => find(column, path, fields.get(path)))),
    unmapped: [...unmapped].filter((path) => !unmapped.has(parent(path))).sort()
  }
}
