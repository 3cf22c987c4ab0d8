// What Inlet is measured against: a plain fetch loop that reads the same pages, posts the same rows, asks once what became
// of each ingestion and stores nothing. With SIDE=source or SIDE=sink it does one half alone.
const { DATABOX, GITHUB, KEY, REPOSITORY, SIDE = "both", TOKEN } = process.env
const headers = { "x-api-key": KEY, "content-type": "application/json" }

const call = async (path, body) => {
  const init = body === undefined ? { headers } : { method: "POST", headers, body: JSON.stringify(body) }
  const answer = await fetch(`${DATABOX}${path}`, init)
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}`)
  return answer.json()
}

const row = (issue) => ({
  issue_id: String(issue.id),
  repository: REPOSITORY,
  number: issue.number,
  title: issue.title,
  state: issue.state,
  state_reason: issue.state_reason ?? undefined,
  author: issue.user?.login,
  author_association: issue.author_association,
  assignees: issue.assignees.map(({ login }) => login).join(", ") || undefined,
  labels: issue.labels.map(({ name }) => name).join(", ") || undefined,
  milestone: issue.milestone?.title,
  comments: issue.comments,
  locked: issue.locked ? 1 : 0,
  created_at: new Date(issue.created_at).toISOString(),
  updated_at: new Date(issue.updated_at).toISOString(),
  closed_at: issue.closed_at ? new Date(issue.closed_at).toISOString() : undefined,
  url: issue.html_url
})

const next = (answer) => /<([^>]+)>; rel="next"/.exec(answer.headers.get("link") ?? "")?.[1]

let dataset
if (SIDE !== "source") {
  const { accounts } = await call("/v1/accounts")
  const source = await call("/v1/data-sources", { title: "Bare", accountId: accounts[0].id })
  const made = { title: "bare_issues", dataSourceId: source.id, primaryKeys: ["issue_id"] }
  dataset = (await call("/v1/datasets", made)).id
}

const ingestions = []
const post = async (rows) => {
  const { ingestionId } = await call(`/v1/datasets/${dataset}/data`, { records: rows })
  ingestions.push(ingestionId)
}

let pages = 0
let url = `${GITHUB}/repos/${REPOSITORY}/issues?state=all&sort=updated&direction=asc&per_page=100`
let last
while (url !== undefined) {
  if (SIDE !== "sink" || last === undefined) {
    const answer = await fetch(url, { headers: { authorization: `Bearer ${TOKEN}`, "user-agent": "bare" } })
    const issues = await answer.json()
    url = next(answer)
    last = issues.map(row)
  }
  pages += 1
  if (SIDE !== "source") await post(last)
  if (SIDE === "sink" && pages >= Number(process.env.PAGES)) break
}
for (const ingestion of ingestions) await call(`/v1/datasets/${dataset}/ingestions/${ingestion}`)
