// keys-unique: a sink keeps one row a key, so two records with the same one are one record too few.
import { Row } from "@inlet/core"
import { type Bench, shown } from "../Bench.ts"
import { make, type Violation } from "../Violation.ts"

const LAW = "keys-unique"

export const check = ({ first, spec, stream }: Bench): ReadonlyArray<Violation> => {
  const { contract } = spec
  const seen = new Map<string, { readonly text: string; readonly where: string }>()
  for (const taken of first.pages) {
    if (!taken.kept) continue
    for (const [index, mapped] of taken.mapped.entries()) {
      if (mapped?._tag !== "Row" || taken.page.repeated?.includes(index) === true) continue
      const where = `record ${index} (from 0) of ${shown(taken)}`
      const lacking = contract.primaryKey.find((name) => mapped.row[name] === undefined || mapped.row[name] === "")
      if (lacking !== undefined) {
        const finding = {
          expected: `each row has ${contract.primaryKey.join(", ")}`,
          came: `a row lacks ${lacking} of its key`,
          example: where,
          todo: "take columns into the key that every record has"
        }
        return [make(LAW, stream, finding)]
      }
      const key = Row.key(contract, mapped.row)
      const text = Row.encode(contract, mapped.row)
      const other = seen.get(key)
      if (other !== undefined && other.text !== text) {
        const finding = {
          expected: "one record a key in a run",
          came: "two different records have the same key",
          example: `${key}: ${other.where}, and ${where}`,
          todo: "add what tells them apart to the primary key, with a new version of the contract"
        }
        return [make(LAW, stream, finding)]
      }
      seen.set(key, { text, where })
    }
  }
  return []
}
