// The invented people, labels and milestones of the demo repositories, in the form GitHub's REST API gives them.

import type { Random } from "./DemoRandom.ts"

/** Addresses inside records name the public hosts, so that a record does not depend on the emulator's port. */
export const api = "https://api.github.com"
export const web = "https://github.com"

/** GitHub's time format for whole epoch seconds: ISO 8601, UTC, no fraction. */
export const stamp = (seconds: number): string => `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`

export const nodeId = (prefix: string, ...parts: ReadonlyArray<number | string>): string =>
  `${prefix}_kwDO${Buffer.from(parts.join(":")).toString("base64url")}`

const account = (login: string, id: number, type: "User" | "Bot" | "Organization") => {
  const url = `${api}/users/${encodeURIComponent(login)}`
  return {
    login,
    id,
    node_id: nodeId("U", id),
    avatar_url: `https://avatars.githubusercontent.com/u/${id}?v=4`,
    gravatar_id: "",
    url,
    html_url: type === "Bot" ? `${web}/apps/${login.replace("[bot]", "")}` : `${web}/${login}`,
    followers_url: `${url}/followers`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`,
    type,
    user_view_type: "public",
    site_admin: false
  }
}

export type Account = ReturnType<typeof account>

/** The organisation that owns the demo's repositories. */
export const organisation = account("acme", 900_001, "Organization")

export const people = [
  account("mira-lund", 410_101, "User"),
  account("tobiaskern", 410_102, "User"),
  account("aiko-h", 410_103, "User"),
  account("jweld", 410_104, "User"),
  account("priya-dane", 410_105, "User"),
  account("oskarfinch", 410_106, "User"),
  account("lena-moor", 410_107, "User"),
  account("samirvale", 410_108, "User"),
  account("nora-quill", 410_109, "User"),
  account("felix-ardent", 410_110, "User"),
  account("ines-calder", 410_111, "User"),
  account("raviholt", 410_112, "User")
] as const

const bot = account("acme-chores[bot]", 410_200, "Bot")

/** The account that stands for a deleted one; login and id are GitHub's own. */
export const ghost = account("ghost", 10_137, "User")

/** The account that GitHub commits with when it merges; login and id are GitHub's own. */
export const webFlow = account("web-flow", 19_864_447, "User")

const givenNames = ["ada", "bo", "cleo", "dag", "eir", "fia", "gil", "hal", "ivo", "jun", "kai", "liv"] as const
const familyNames = ["berg", "cole", "dahl", "eder", "frey", "gore", "hahn", "ibsen"] as const

/** One of any number of strangers, who do no more than star a repository. */
export const stranger = (number: number): Account => {
  const given = givenNames[number % givenNames.length] ?? givenNames[0]
  const family = familyNames[Math.floor(number / givenNames.length) % familyNames.length] ?? familyNames[0]
  return account(`${given}-${family}-${number}`, 7_000_000 + number, "User")
}

/** Whose token the emulator takes: one of the people, with a small repository of her own. */
export const caller = people[0]

export const person = (random: Random): Account => random.pick(people)

/** Who wrote an item: mostly people, now and then a bot, the ghost, or nobody at all. */
export const author = (random: Random): Account | null => {
  const draw = random.next()
  return draw < 0.03 ? null : draw < 0.06 ? ghost : draw < 0.12 ? bot : person(random)
}

const labelKinds = [
  ["bug", "d73a4a", "Something does not work", true],
  ["enhancement", "a2eeef", "A wish or an improvement", true],
  ["documentation", "0075ca", "Pages, comments, examples", true],
  ["good first issue", "7057ff", "Fit for newcomers", true],
  ["performance", "fbca04", "Time or memory", false],
  ["security", "b60205", "Handled before anything else", false],
  ["dependencies", "0366d6", "Updates of libraries", false],
  ["needs repro", "e4e669", "Not reproduced so far", false],
  ["area: api", "c5def5", "Server side", false],
  ["area: ui 🎨", "f9d0c4", "What people see", false]
] as const

/** Up to two different labels of the repository at `url`. */
export const labels = (random: Random, repositoryId: number, url: string) => {
  const first = random.below(labelKinds.length)
  return Array.from({ length: random.below(3) }, (_, nth) => {
    const at = (first + 3 * nth) % labelKinds.length
    const [name, color, description, isDefault] = labelKinds[at] ?? labelKinds[0]
    return {
      id: repositoryId * 100 + at,
      node_id: nodeId("LA", repositoryId, at),
      url: `${url}/labels/${encodeURIComponent(name)}`,
      name,
      color,
      default: isDefault,
      description
    }
  })
}

const milestoneTitles = ["1.0", "1.1", "1.2", "2.0", "Someday"] as const

/** One of the repository's milestones, or null for most items. */
export const milestone = (random: Random, repositoryId: number, url: string, html: string) => {
  if (!random.chance(0.12)) return null
  const at = random.below(milestoneTitles.length)
  const number = at + 1
  const closed = at < 2
  return {
    url: `${url}/milestones/${number}`,
    html_url: `${html}/milestone/${number}`,
    labels_url: `${url}/milestones/${number}/labels`,
    id: repositoryId * 100 + number,
    node_id: nodeId("MI", repositoryId, number),
    number,
    title: milestoneTitles[at] ?? milestoneTitles[0],
    description: at === 4 ? null : `What belongs to release ${milestoneTitles[at]}`,
    creator: people[at] ?? null,
    open_issues: closed ? 0 : 7 + at,
    closed_issues: 20 - 3 * at,
    state: closed ? ("closed" as const) : ("open" as const),
    created_at: "2024-11-04T09:00:00Z",
    updated_at: "2026-02-02T16:20:11Z",
    due_on: at === 4 ? null : `202${5 + Math.floor(at / 2)}-0${1 + at}-28T08:00:00Z`,
    closed_at: closed ? "2026-02-02T16:20:11Z" : null
  }
}
