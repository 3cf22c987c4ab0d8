// Pages of issues that tell of somebody.
import * as Schema from "effect/Schema"
import { PERSONAL } from "./Canaries.ts"

const Person = Schema.Record({ key: Schema.String, value: Schema.Unknown })
const decode = Schema.decodeUnknownSync(
  Schema.Array(Schema.Struct({ user: Schema.NullOr(Person) }, { key: Schema.String, value: Schema.Unknown }))
)

/** Out of those of a service: each page has three, which are new; the second of them is changed. */
export const makeIssues = (items: unknown) => {
  const first = decode(items).find(({ user }) => user !== null)
  let pages = 0
  return (changes: object = {}) => {
    pages += 1
    const user = { ...first?.user, login: PERSONAL.login, name: PERSONAL.name, email: PERSONAL.email }
    const updated = new Date(Date.UTC(2026, 0, 1) + pages * 60_000).toISOString()
    return [0, 1, 2].map((index) => ({
      ...first,
      id: 7_000_000 + pages * 10 + index,
      number: 7_000 + pages * 10 + index,
      updated_at: updated.replace(/\.\d+/, ""),
      title: PERSONAL.title,
      body: PERSONAL.body,
      assignees: [user],
      user,
      location: PERSONAL.place,
      ...(index === 1 ? changes : {})
    }))
  }
}
