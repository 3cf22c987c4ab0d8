// Pull requests of a repository: their dataset, and how to read what changed.
import { Column, Dataset, Incremental, type Source } from "@inlet/sdk"
import * as Listing from "./Listing.ts"

export const dataset = Dataset.make(
  {
    stream: "pull_requests",
    version: 1,
    primaryKey: "pull_request_id",
    time: "updated_at",
    meaning: "The pull requests of the repositories as they are now, one row each."
  },
  {
    pull_request_id: Column.id("id", { meaning: "GitHub's id of the pull request, the same for good." }),
    repository: Column.text("base.repo.full_name", { meaning: "The repository it goes to, as owner/name." }),
    number: Column.integer("number", { meaning: "Its number within the repository." }),
    title: Column.text("title", { meaning: "The title." }),
    state: Column.text("state", { meaning: "open or closed." }),
    draft: Column.flag("draft", { meaning: "1 while it is a draft.", optional: true }),
    merged: Column.present("merged_at", { meaning: "1 where it was merged." }),
    author: Column.text("user.login", {
      meaning: "Login of who opened it; ghost where the account is gone.",
      optional: true,
      personal: true
    }),
    author_association: Column.text("author_association", {
      meaning: "What the author is to the repository: OWNER, MEMBER, CONTRIBUTOR, NONE …",
      optional: true
    }),
    base_ref: Column.text("base.ref", { meaning: "The branch it goes to.", optional: true }),
    head_ref: Column.text("head.ref", { meaning: "The branch it comes from.", optional: true }),
    assignees: Column.joined("assignees", {
      member: "login",
      meaning: "Logins of those it is assigned to.",
      optional: true,
      personal: true
    }),
    requested_reviewers: Column.count("requested_reviewers", {
      meaning: "How many people are asked for a review and have given none.",
      optional: true
    }),
    labels: Column.joined("labels", { member: "name", meaning: "Names of its labels.", optional: true }),
    milestone: Column.text("milestone.title", { meaning: "Title of its milestone.", optional: true }),
    created_at: Column.timestamp("created_at", { meaning: "When it was opened." }),
    updated_at: Column.timestamp("updated_at", { meaning: "When anything about it changed last." }),
    closed_at: Column.timestamp("closed_at", {
      meaning: "When it was closed or merged; absent while open.",
      optional: true
    }),
    merged_at: Column.timestamp("merged_at", { meaning: "When it was merged; absent otherwise.", optional: true }),
    url: Column.text("html_url", { meaning: "Its page on GitHub.", optional: true })
  }
)

const spec: Source.StreamSpec = {
  contract: dataset.contract,
  records: (body) => (Array.isArray(body) ? body : []),
  map: dataset.map
}

/**
 * The list knows no `since`, so it is walked from the newest change back to the watermark. What changes meanwhile moves to
 * the front, where this walk has been already: it is newer than all that was read, so the next walk finds it.
 */
const step: Listing.List["step"] = (listing, items, link) => {
  const { from } = listing
  const times = Listing.times(items)
  const mark = Incremental.advance(listing.mark, items)
  const sorted = times.every((time, index) => index === 0 || time <= (times[index - 1] ?? ""))
  const lowest = times.at(-1)
  const arrived = from !== null && sorted && lowest !== undefined && lowest < from.updatedAt
  return { known: from, mark, next: arrived || link === null ? null : { ...listing, url: link, mark } }
}

export const list: Listing.List = {
  spec,
  template: "/repos/{owner}/{repo}/pulls",
  query: () => ({ state: "all", sort: "updated", direction: "desc" }),
  step
}
