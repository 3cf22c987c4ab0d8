// What becomes of GitHub's objects: complete ones, sparse ones, old ones, and those that are none.
import { assert, describe, it } from "@effect/vitest"
import * as Issues from "../src/Issues.ts"
import * as PullRequests from "../src/PullRequests.ts"

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
  created_at: "2020-01-08T06:35:18.000Z",
  updated_at: "2020-01-10T16:59:25.000Z"
}

const cases = [
  ["an issue with the least", Issues, sparseIssue, issueRow],
  [
    "an issue with nulls",
    Issues,
    { ...sparseIssue, user: null, milestone: null, closed_at: null, state_reason: null, assignee: null },
    issueRow
  ],
  [
    "an issue with all",
    Issues,
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
      url: "https://github.com/hub4j/github-api/issues/660"
    }
  ],
  ["a pull request with the least", PullRequests, sparsePull, pullRow],
  [
    "a merged pull request whose fork is gone",
    PullRequests,
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
      requested_reviewers: 1,
      assignees: "",
      labels: ""
    }
  ]
] as const

describe("a record", () => {
  for (const [name, { list }, record, row] of cases) {
    it(`of ${name} is a row`, () => assert.deepStrictEqual(list.spec.map(record), { _tag: "Row", row }))
  }

  const rejections = [
    [Issues, { ...sparseIssue, id: null }, "missing", "id", null],
    [Issues, { ...sparseIssue, updated_at: "yesterday" }, "not_a_time", "updated_at", '["546672197"]'],
    [
      Issues,
      { ...sparseIssue, repository_url: "https://api.github.com/" },
      "wrong_type",
      "repository_url",
      '["546672197"]'
    ],
    [Issues, { ...sparseIssue, user: "ghost" }, "wrong_type", "user.login", '["546672197"]'],
    [PullRequests, { ...sparsePull, base: { repo: null } }, "missing", "base.repo.full_name", '["360304097"]']
  ] as const
  for (const [{ list }, record, code, path, key] of rejections) {
    it(`is rejected as ${code} at ${path}`, () =>
      assert.deepStrictEqual(list.spec.map(record), { _tag: "Rejected", rejection: { code, path }, key }))
  }

  it("of the issues is no pull request", () => {
    const body = [
      sparseIssue,
      { ...sparseIssue, pull_request: { merged_at: null } },
      { ...sparseIssue, pull_request: null }
    ]
    assert.deepStrictEqual(Issues.list.spec.records(body), [body[0], body[2]])
    for (const none of [null, {}, "[]"]) {
      assert.deepStrictEqual(Issues.list.spec.records(none), [])
      assert.deepStrictEqual(PullRequests.list.spec.records(none), [])
    }
  })
})
