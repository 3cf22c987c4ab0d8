// Columns about who did something; they are the same in most datasets.
import { Column } from "@inlet/sdk"

export const author = (meaning: string, from = "user.login") =>
  Column.text(from, { meaning: `${meaning}; ghost where the account is gone.`, optional: true, personal: true })

export const association = Column.text("author_association", {
  meaning: "What the author is to the repository: OWNER, MEMBER, CONTRIBUTOR, NONE …",
  optional: true
})

export const assignees = Column.joined("assignees", {
  member: "login",
  meaning: "Logins of those it is assigned to.",
  optional: true,
  personal: true
})
