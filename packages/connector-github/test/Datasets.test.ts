// What becomes of GitHub's objects: complete ones, sparse ones, old ones, and those that are none.
import { assert, describe, it } from "@effect/vitest"
import { streams } from "../src/streams/index.ts"

const { deployments, issues, pull_request_reviews: reviews, pull_requests: pulls, stargazers, traffic } = streams

const times = { created_at: "2020-01-08T06:35:18Z", updated_at: "2020-01-10T16:59:25Z" }

const sparseIssue = {
  id: 546672197,
  repository_url: "https://api.github.com/repos/hub4j/github-api",
  number: 660,
  title: "",
  state: "open",
  ...times
}
const sparsePull = {
  id: 360304097,
  number: 660,
  title: "Bump",
  state: "open",
  base: { repo: { full_name: "hub4j/github-api" } },
  ...times
}
const person = { login: "ghost", id: 10137, site_admin: false }

const issueRow = {
  issue_id: "546672197",
  repository: "hub4j/github-api",
  number: 660,
  title: "",
  state: "open",
  created_at: "2020-01-08T06:35:18.000Z",
  updated_at: "2020-01-10T16:59:25.000Z"
}
const pullRow = {
  pull_request_id: "360304097",
  repository: "hub4j/github-api",
  number: 660,
  title: "Bump",
  state: "open",
  merged: 0,
  detailed: 0,
  created_at: "2020-01-08T06:35:18.000Z",
  updated_at: "2020-01-10T16:59:25.000Z"
}

const cases = [
  ["an issue with the least", issues, sparseIssue, issueRow],
  [
    "an issue with nulls",
    issues,
    { ...sparseIssue, user: null, milestone: null, closed_at: null, state_reason: null, assignee: null },
    issueRow
  ],
  [
    "an issue with all",
    issues,
    {
      ...sparseIssue,
      state: "closed",
      state_reason: "not_planned",
      user: person,
      author_association: "NONE",
      assignees: [person, { ...person, login: "ada" }],
      labels: [{ name: "bug", color: "f00" }, "help wanted"],
      milestone: { title: "v1", creator: null },
      comments: 3,
      locked: true,
      closed_at: "2020-01-10T16:59:25Z",
      html_url: "https://github.com/hub4j/github-api/issues/660",
      body: null,
      anything: { new: [true] }
    },
    {
      ...issueRow,
      state: "closed",
      state_reason: "not_planned",
      author: "ghost",
      author_association: "NONE",
      assignees: "ghost, ada",
      labels: "bug, help wanted",
      milestone: "v1",
      comments: 3,
      locked: 1,
      closed_at: "2020-01-10T16:59:25.000Z",
      seconds_to_close: 210_247,
      url: "https://github.com/hub4j/github-api/issues/660"
    }
  ],
  ["a pull request with the least", pulls, sparsePull, pullRow],
  [
    "a merged pull request whose fork is gone",
    pulls,
    {
      ...sparsePull,
      base: { ref: "main", repo: { full_name: "hub4j/github-api" } },
      head: { ref: "topic", repo: null },
      user: null,
      draft: false,
      merged_at: "2020-01-10T16:59:12Z",
      closed_at: "2020-01-10T16:59:12Z",
      requested_reviewers: [person],
      assignees: [],
      labels: []
    },
    {
      ...pullRow,
      base_ref: "main",
      head_ref: "topic",
      draft: 0,
      merged: 1,
      merged_at: "2020-01-10T16:59:12.000Z",
      closed_at: "2020-01-10T16:59:12.000Z",
      seconds_to_merge: 210_234,
      requested_reviewers: 1,
      assignees: "",
      labels: ""
    }
  ]
] as const

describe("a record", () => {
  for (const [name, { spec }, record, row] of cases) {
    it(`of ${name} is a row`, () => assert.deepStrictEqual(spec.map(record), { _tag: "Row", row }))
  }

  const rejections = [
    [issues, { ...sparseIssue, id: null }, "missing", "id", null],
    [issues, { ...sparseIssue, updated_at: "yesterday" }, "not_a_time", "updated_at", '["546672197"]'],
    [
      issues,
      { ...sparseIssue, repository_url: "https://api.github.com/" },
      "wrong_type",
      "repository_url",
      '["546672197"]'
    ],
    [issues, { ...sparseIssue, user: "ghost" }, "wrong_type", "user.login", '["546672197"]'],
    [pulls, { ...sparsePull, base: { repo: null } }, "missing", "base.repo.full_name", '["360304097"]']
  ] as const
  for (const [{ spec }, record, code, path, key] of rejections) {
    it(`is rejected as ${code} at ${path}`, () =>
      assert.deepStrictEqual(spec.map(record), { _tag: "Rejected", rejection: { code, path }, key }))
  }

  it("of the issues is no pull request", () => {
    const body = [
      sparseIssue,
      { ...sparseIssue, pull_request: { merged_at: null } },
      { ...sparseIssue, pull_request: null }
    ]
    assert.deepStrictEqual(issues.spec.records(body, {}), [body[0], body[2]])
    for (const none of [null, {}, "[]"]) {
      for (const { spec } of [issues, pulls, reviews, deployments]) assert.deepStrictEqual(spec.records(none, {}), [])
    }
  })
})

/** The rows of a page and what was asked about its items. */
const rows = (
  { spec }: (typeof streams)[keyof typeof streams],
  page: unknown,
  details: Readonly<Record<string, unknown>>,
  context = {}
) => spec.records({ page, details }, context).map((record) => spec.map(record))

describe("a page with details", () => {
  it("of pull requests has rows of those that were looked for", () => {
    const looked = { ...sparsePull, additions: 5, deletions: 2, changed_files: 1, commits: 1, merged_by: person }
    const page = [sparsePull, { ...sparsePull, id: 2 }, { ...sparsePull, id: 3 }]
    assert.deepStrictEqual(rows(pulls, page, { 360304097: looked, 2: null }), [
      {
        _tag: "Row",
        row: {
          ...pullRow,
          detailed: 1,
          lines_added: 5,
          lines_deleted: 2,
          changed_files: 1,
          commits: 1,
          merged_by: "ghost"
        }
      },
      { _tag: "Row", row: { ...pullRow, pull_request_id: "2" } }
    ])
  })

  it("of reviews tells the first one by somebody else, and leaves out what is not submitted", () => {
    const review = (id: number, login: string | null, submitted_at: string | undefined) => ({
      id,
      user: login === null ? null : { login },
      state: submitted_at === undefined ? "PENDING" : "COMMENTED",
      pull_request_url: "https://api.github.com/repos/hub4j/github-api/pulls/660",
      ...(submitted_at !== undefined && { submitted_at })
    })
    const answer = [
      review(1, "ghost", "2020-01-08T06:35:19Z"),
      review(2, "ada", undefined),
      review(3, null, "2020-01-08T06:36:18Z"),
      review(4, "ada", "2020-01-08T06:37:18Z")
    ]
    const mapped = rows(reviews, [{ ...sparsePull, user: person }], { 360304097: answer })
    assert.deepStrictEqual(
      mapped.map((one) =>
        one._tag === "Row" ? [one.row.review_id, one.row.first, one.row.seconds_since_opened, one.row.reviewer] : one
      ),
      [
        ["1", 0, 1, "ghost"],
        ["3", 1, 60, undefined],
        ["4", 0, 120, "ada"]
      ]
    )
    assert.deepStrictEqual(rows(reviews, [sparsePull], { 360304097: null }), [])
  })

  it("of deployments tells what became of each, whatever came after its end", () => {
    const deployment = {
      id: 7,
      repository_url: "https://api.github.com/repos/acme/app",
      environment: "production",
      task: "deploy",
      ref: "main",
      sha: "abc",
      creator: null,
      created_at: "2020-01-08T00:00:00Z"
    }
    const status = (state: string, minute: number) => ({ state, created_at: `2020-01-08T00:0${minute}:00Z` })
    const row = {
      deployment_id: "7",
      repository: "acme/app",
      environment: "production",
      task: "deploy",
      ref: "main",
      sha: "abc",
      created_at: "2020-01-08T00:00:00.000Z"
    }
    const cases = [
      [null, {}],
      [[], { succeeded: 0 }],
      [[status("in_progress", 1)], { state: "in_progress", succeeded: 0 }],
      [
        [status("inactive", 9), status("success", 3), status("in_progress", 1)],
        { state: "inactive", succeeded: 1, ended_at: "2020-01-08T00:03:00.000Z", seconds_to_end: 180 }
      ],
      [
        [status("failure", 2)],
        { state: "failure", succeeded: 0, ended_at: "2020-01-08T00:02:00.000Z", seconds_to_end: 120 }
      ]
    ] as const
    for (const [statuses, more] of cases) {
      assert.deepStrictEqual(rows(deployments, [deployment], { 7: statuses }), [
        { _tag: "Row", row: { ...row, ...more } }
      ])
    }
  })

  it("of traffic has one row a day, with what both answers tell of it", () => {
    const context = { repository: "acme/app", repository_id: "1001" }
    const day = (date: string, count: number) => ({ timestamp: `${date}T00:00:00Z`, count, uniques: 1 })
    const views = { count: 9, uniques: 2, views: [day("2026-11-01", 4), day("2026-11-03", 5)] }
    const clones = { count: 7, uniques: 1, clones: [day("2026-11-01", 6), day("2026-11-02", 1)] }
    const row = (date: string, cells: object) => ({
      _tag: "Row",
      row: { repository_id: "1001", day: date, repository: "acme/app", ...cells }
    })
    assert.deepStrictEqual<unknown>(rows(traffic, views, { 9: clones }, context), [
      row("2026-11-01", { views: 4, visitors: 1, clones: 6, cloners: 1 }),
      row("2026-11-02", { views: 0, visitors: 0, clones: 1, cloners: 1 }),
      row("2026-11-03", { views: 5, visitors: 1, clones: 0, cloners: 0 })
    ])
    // Where the clones are not told, none are invented.
    assert.deepStrictEqual<unknown>(
      rows(traffic, views, { 9: null }, context)[0],
      row("2026-11-01", { views: 4, visitors: 1 })
    )
  })

  it("of stargazers leaves out accounts that are gone", () => {
    const star = { starred_at: "2026-11-01T10:00:00Z", user: { id: 5, login: "ada" } }
    const records = stargazers.spec.records([{ ...star, user: null }, star], {
      repository: "acme/app",
      repository_id: "1001"
    })
    assert.deepStrictEqual(
      records.map((record) => stargazers.spec.map(record)),
      [
        {
          _tag: "Row",
          row: {
            repository_id: "1001",
            user_id: "5",
            repository: "acme/app",
            login: "ada",
            starred_at: "2026-11-01T10:00:00.000Z"
          }
        }
      ]
    )
  })
})
