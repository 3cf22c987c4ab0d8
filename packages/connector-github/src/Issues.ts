// Issues of a repository: their dataset, and how to read what changed.
import { Column, Dataset, Incremental, type Source } from "@inlet/sdk"
import * as ParseResult from "effect/ParseResult"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import * as Listing from "./Listing.ts"

/** `owner/name` out of the address of a repository. */
const RepositoryName = Schema.transformOrFail(Schema.String, Schema.String, {
  strict: true,
  decode: (url, _, ast) => {
    const [, name] = /\/repos\/([^/]+\/[^/]+)$/.exec(url) ?? []
    return name === undefined ? ParseResult.fail(new ParseResult.Type(ast, url)) : ParseResult.succeed(name)
  },
  encode: (name) => ParseResult.succeed(`https://api.github.com/repos/${name}`)
})

export const dataset = Dataset.make(
  {
    stream: "issues",
    version: 1,
    primaryKey: "issue_id",
    time: "updated_at",
    meaning: "The issues of the repositories as they are now, one row each; pull requests are not among them."
  },
  {
    issue_id: Column.id("id", { meaning: "GitHub's id of the issue, the same for good." }),
    repository: Column.textOf("repository_url", RepositoryName, { meaning: "The repository as owner/name." }),
    number: Column.integer("number", { meaning: "The issue's number within its repository." }),
    title: Column.text("title", { meaning: "The title." }),
    state: Column.text("state", { meaning: "open or closed." }),
    state_reason: Column.text("state_reason", {
      meaning: "Why it is in this state: completed, not_planned, duplicate or reopened.",
      optional: true
    }),
    author: Column.text("user.login", {
      meaning: "Login of who opened it; ghost where the account is gone.",
      optional: true,
      personal: true
    }),
    author_association: Column.text("author_association", {
      meaning: "What the author is to the repository: OWNER, MEMBER, CONTRIBUTOR, NONE …",
      optional: true
    }),
    assignees: Column.joined("assignees", {
      member: "login",
      meaning: "Logins of those it is assigned to.",
      optional: true,
      personal: true
    }),
    labels: Column.joined("labels", { member: "name", meaning: "Names of its labels.", optional: true }),
    milestone: Column.text("milestone.title", { meaning: "Title of its milestone.", optional: true }),
    comments: Column.integer("comments", { meaning: "How many comments it has.", unit: "count", optional: true }),
    locked: Column.flag("locked", { meaning: "1 where the conversation is locked.", optional: true }),
    created_at: Column.timestamp("created_at", { meaning: "When it was opened." }),
    updated_at: Column.timestamp("updated_at", { meaning: "When anything about it changed last." }),
    closed_at: Column.timestamp("closed_at", { meaning: "When it was closed; absent while open.", optional: true }),
    url: Column.text("html_url", { meaning: "Its page on GitHub.", optional: true })
  }
)

/** GitHub lists pull requests among the issues; only they have this member. */
const isIssue = (item: unknown) => !(Predicate.hasProperty(item, "pull_request") && item.pull_request !== null)

const spec: Source.StreamSpec = {
  contract: dataset.contract,
  records: (body) => (Array.isArray(body) ? body.filter(isIssue) : []),
  map: dataset.map
}

/**
 * Walks in the order of the last change. By page numbers that loses items: when one in front of a page's border changes,
 * it moves to the end, and the first of the next page moves in front of the border. So the next request begins at the
 * highest time of the page instead, wherever that is a later one; the items that have this very time come twice.
 *
 * Where one time stamp fills a page, only links lead past it, and their pages can lose items in the same way. Such a run
 * of pages is therefore walked until it brings nothing new at its time.
 */
const step: Listing.List["step"] = (listing, items, link) => {
  const { from, mark, since, url } = listing
  const times = Listing.times(items)
  const sorted = times.every((time, index) => time >= (times[index - 1] ?? since ?? ""))
  if (listing.linked || !sorted) {
    const reached = Incremental.advance(mark, items)
    return {
      known: from,
      mark: reached,
      next: link === null ? null : { ...listing, linked: true, url: link, mark: reached }
    }
  }

  const run = items.filter(({ updatedAt }) => since !== null && updatedAt === since)
  const again = listing.again || run.some((item) => Incremental.isFresh(mark, item))
  const highest = times.at(-1) ?? null
  if (link !== null && (highest === null || highest === since)) {
    const next = { ...listing, url: link, again, mark: Incremental.advance(mark, run) }
    return { known: mark, mark: next.mark, next }
  }
  if (url !== null && again) {
    const next = { ...listing, url: null, again: false, mark: Incremental.advance(mark, run) }
    return { known: mark, mark: next.mark, next }
  }
  const reached = Incremental.advance(mark, items)
  return {
    known: mark,
    mark: reached,
    // The first walk through a run of pages proves nothing yet.
    next: link === null ? null : { ...listing, since: highest, url: null, again: true, mark: reached }
  }
}

export const list: Listing.List = {
  spec,
  template: "/repos/{owner}/{repo}/issues",
  query: (since) => ({ state: "all", sort: "updated", direction: "asc", ...(since !== null && { since }) }),
  step
}
