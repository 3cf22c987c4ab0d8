// The dataset that a new connector begins with. What is written of it, as code and for people, is made of this one.
import { Column, type Contracts, Dataset } from "@inlet/sdk"
import type { Answers } from "../Answers.ts"
import * as Names from "../Names.ts"

/** @example words("pull_requests") === "pull requests" */
export const words = (stream: string): string => stream.replaceAll("_", " ")

export const dataset = ({ stream }: Answers) =>
  Dataset.make(
    {
      stream,
      version: 1,
      primaryKey: "id",
      time: "updated_at",
      meaning: `The ${words(stream)} as they are now, one row each.`
    },
    {
      id: Column.id("id", { meaning: "Its id." }),
      name: Column.text("name", { meaning: "Its name.", optional: true }),
      owner: Column.text("owner.email", { meaning: "Whose it is.", optional: true, personal: true }),
      created_at: Column.timestamp("created_at", { meaning: "When it was made." }),
      updated_at: Column.timestamp("updated_at", { meaning: "When anything about it changed last." })
    }
  )

/** The connector as its contracts are written down. */
export const documented = (answers: Answers): Contracts.Documented => ({
  name: Names.sourceOf(answers.name),
  package: answers.name,
  contracts: [dataset(answers).contract]
})
