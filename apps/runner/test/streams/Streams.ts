// What each of GitHub's streams is expected to bring to Databox, told independently of the connector: from what the emulator
// holds to the rows; and how entries are added, changed and moved there.
import { RestStream } from "@inlet/sdk"
import * as Effect from "effect/Effect"
import type { Item, Pipeline, Row } from "./Pipeline.ts"

export interface Expected {
  readonly stream: string
  /** Requests of a run over a repository in which nothing changed, but for the one that tells who it is. */
  readonly unchanged: number
  /** The rows that should be there, with the columns that tell most; the key first. */
  readonly rows: (pipeline: Pipeline) => Effect.Effect<ReadonlyArray<Row>>
  /** How many of the first columns are the key. */
  readonly key: number
  /** New entries, all of one second. */
  readonly add: (pipeline: Pipeline, count: number, at?: Date) => Effect.Effect<unknown>
  /** An old entry changes now. */
  readonly touch: (pipeline: Pipeline) => Effect.Effect<unknown>
  /** Moves what the pages of the list hold; `turn` counts from 0. */
  readonly shift: (pipeline: Pipeline, turn: number) => Effect.Effect<unknown>
  /** A page's size with which what `touch` changes is not on the first page. */
  readonly pageSize?: number
  /** Its list tells changes by seconds only, and no more of an item: a gap that its contract names. */
  readonly bySeconds?: boolean
  /** Rows that stay though GitHub has forgotten them. */
  readonly keepsRemoved?: boolean
}

const repository = "acme/app"
const at = RestStream.at
const text = (item: unknown, path: string) => String(at(item, path))
const time = (item: unknown, path: string) => text(item, path).replace("Z", ".000Z")
const whole = (item: unknown, path: string) => Number(at(item, path))
const optional = (name: string, value: unknown) =>
  typeof value === "string" || typeof value === "number" ? { [name]: value } : {}

const rowsOf =
  (kind: string, row: (item: Item) => Row, only: (item: Item) => boolean = () => true): Expected["rows"] =>
  (pipeline) =>
    Effect.map(pipeline.items(kind), (items) => items.filter(only).map(row))

const change = (verb: string, body: object) => (pipeline: Pipeline) =>
  pipeline.control("POST", verb, { repository, ...body })

const add = (kind: string) => (pipeline: Pipeline, count: number, at?: Date) =>
  change("add", { kind, count, ...(at !== undefined && { at }) })(pipeline)
const touch = (kind: string, number: number) => change("touch", { kind, number })

/** The number of the nth item of a kind. */
const nth =
  (kind: string, index: number, use: (number: number) => (pipeline: Pipeline) => Effect.Effect<unknown>) =>
  (pipeline: Pipeline) =>
    Effect.flatMap(pipeline.items(kind), (items) => use(whole(items.at(index), "number"))(pipeline))

const isIssue = (item: Item) => item.pull_request === undefined

const pulls = {
  add: add("pulls"),
  touch: nth("pulls", 0, (number) => touch("pulls", number)),
  // One that was read moves to the front, and one that was not.
  shift: (pipeline: Pipeline, turn: number) =>
    Effect.zipRight(
      nth("pulls", turn, (number) => touch("pulls", number))(pipeline),
      nth("pulls", -1 - turn, (number) => touch("pulls", number))(pipeline)
    )
}

export const all: ReadonlyArray<Expected> = [
  {
    stream: "repositories",
    unchanged: 1,
    key: 2,
    rows: (pipeline) =>
      Effect.map(pipeline.get("/repos/acme/app"), (item) => [
        {
          repository_id: text(item, "id"),
          day: new Date().toISOString().slice(0, 10),
          repository: "acme/app",
          stars: whole(item, "stargazers_count"),
          open_issues: whole(item, "open_issues_count")
        }
      ]),
    add: add("stargazers"),
    touch: change("add", { kind: "stargazers" }),
    shift: change("add", { kind: "stargazers" })
  },
  {
    stream: "issues",
    unchanged: 1,
    key: 1,
    rows: rowsOf(
      "issues",
      (item) => ({
        issue_id: text(item, "id"),
        title: text(item, "title"),
        updated_at: time(item, "updated_at"),
        comments: whole(item, "comments")
      }),
      isIssue
    ),
    add: add("issues"),
    touch: touch("issues", 1),
    shift: (pipeline, turn) =>
      Effect.zipRight(touch("issues", 1 + turn)(pipeline), touch("issues", 400 - turn)(pipeline))
  },
  {
    stream: "issue_comments",
    unchanged: 1,
    key: 1,
    rows: rowsOf("comments", (item) => ({
      comment_id: text(item, "id"),
      issue_number: Number(text(item, "issue_url").split("/").at(-1)),
      updated_at: time(item, "updated_at"),
      ...optional("author", at(item, "user.login"))
    })),
    add: add("comments"),
    touch: touch("comments", 1),
    shift: (pipeline, turn) =>
      Effect.zipRight(touch("comments", 1 + turn)(pipeline), touch("comments", 60 + turn)(pipeline))
  },
  {
    stream: "pull_requests",
    unchanged: 1,
    key: 1,
    rows: rowsOf("pulls", (item) => ({
      pull_request_id: text(item, "id"),
      number: whole(item, "number"),
      updated_at: time(item, "updated_at"),
      detailed: 1,
      ...optional("merged_at", at(item, "merged_at") === null ? null : time(item, "merged_at"))
    })),
    ...pulls
  },
  {
    stream: "pull_request_reviews",
    unchanged: 1,
    key: 1,
    rows: rowsOf("reviews", (item) => ({
      review_id: text(item, "id"),
      pull_request_number: Number(text(item, "pull_request_url").split("/").at(-1)),
      state: text(item, "state"),
      submitted_at: time(item, "submitted_at")
    })),
    add: add("reviews"),
    bySeconds: true,
    touch: touch("reviews", 1),
    shift: pulls.shift
  },
  {
    stream: "commits",
    unchanged: 1,
    key: 2,
    rows: (pipeline) =>
      Effect.flatMap(pipeline.get("/repos/acme/app"), (known) =>
        rowsOf("commits", (item) => ({
          repository_id: text(known, "id"),
          sha: text(item, "sha"),
          title: text(item, "commit.message").split("\n")[0] ?? "",
          committed_at: time(item, "commit.committer.date")
        }))(pipeline)
      ),
    add: add("commits"),
    // It was made six days before the newest one, and arrives now.
    touch: (pipeline) =>
      Effect.flatMap(pipeline.items("commits"), (items) => {
        const newest = Math.max(...items.map((item) => Date.parse(text(item, "commit.committer.date"))))
        return change("add", { kind: "commits", at: new Date(newest - 6 * 86_400_000) })(pipeline)
      }),
    shift: change("add", { kind: "commits" }),
    pageSize: 3
  },
  {
    stream: "releases",
    unchanged: 1,
    key: 1,
    rows: rowsOf("releases", (item) => ({
      release_id: text(item, "id"),
      tag: text(item, "tag_name"),
      ...optional("name", at(item, "name"))
    })),
    add: add("releases"),
    touch: touch("releases", 1),
    shift: change("add", { kind: "releases" })
  },
  {
    stream: "workflow_runs",
    unchanged: 1,
    key: 1,
    rows: rowsOf("runs", (item) => ({
      run_id: text(item, "id"),
      status: text(item, "status"),
      attempt: whole(item, "run_attempt"),
      updated_at: time(item, "updated_at"),
      ...optional("conclusion", at(item, "conclusion"))
    })),
    add: add("runs"),
    // The newest of them: it is completed, or repeated.
    touch: (pipeline) => Effect.flatMap(pipeline.items("runs"), (items) => touch("runs", items.length)(pipeline)),
    shift: change("add", { kind: "runs" })
  },
  {
    stream: "deployments",
    unchanged: 3,
    key: 1,
    rows: rowsOf("deployments", (item) => ({
      deployment_id: text(item, "id"),
      environment: text(item, "environment"),
      created_at: time(item, "created_at")
    })),
    add: add("deployments"),
    touch: (pipeline) =>
      Effect.flatMap(pipeline.items("deployments"), (items) => touch("deployments", items.length)(pipeline)),
    shift: change("add", { kind: "deployments" })
  },
  {
    stream: "stargazers",
    unchanged: 1,
    key: 2,
    rows: (pipeline) =>
      Effect.flatMap(pipeline.get("/repos/acme/app"), (known) =>
        rowsOf("stargazers", (item) => ({
          repository_id: text(known, "id"),
          user_id: text(item, "user.id"),
          starred_at: time(item, "starred_at")
        }))(pipeline)
      ),
    add: add("stargazers"),
    touch: change("add", { kind: "stargazers" }),
    // The oldest takes its star back, so that all others move up.
    shift: (pipeline) =>
      Effect.flatMap(pipeline.items("stargazers"), (items) =>
        change("remove", { kind: "stargazers", id: whole(items[0], "user.id") })(pipeline)
      ),
    keepsRemoved: true
  },
  {
    stream: "traffic",
    unchanged: 2,
    key: 2,
    rows: (pipeline) =>
      Effect.flatMap(pipeline.get("/repos/acme/app"), (known) =>
        rowsOf("traffic", (item) => ({
          repository_id: text(known, "id"),
          day: text(item, "timestamp").slice(0, 10),
          views: whole(item, "views"),
          visitors: whole(item, "view_uniques"),
          clones: whole(item, "clones"),
          cloners: whole(item, "clone_uniques")
        }))(pipeline)
      ),
    add: (pipeline) => pipeline.control("POST", "advance", { days: 1 }),
    touch: (pipeline) => pipeline.control("POST", "advance", { days: 0.25 }),
    shift: () => Effect.void,
    keepsRemoved: true
  }
]
