// What shows whether GitHub lets us in: one of the repositories to read or, where none is named, what costs nothing.
import type { Rest, SourceHttp } from "@inlet/sdk"
import type { Settings } from "./Settings.ts"

const isName = (selector: string) => !selector.includes("*") && !selector.includes("topic:")

/** Classic tokens have scopes, which every answer tells; for others the header is missing. */
const lacking = ({ headers }: SourceHttp.Answer): ReadonlyArray<string> => {
  const scopes = headers["x-oauth-scopes"]
  return scopes === undefined || scopes.split(",").some((scope) => scope.trim() === "repo")
    ? []
    : ["the token lacks the scope repo, so that neither private repositories nor traffic can be read"]
}

export const of = ({ app, repositories }: Settings): Rest.Probe => {
  const named = repositories.find(isName)
  if (named !== undefined) {
    const [owner = "", repo = ""] = named.split("/")
    return { ask: { template: "/repos/{owner}/{repo}", params: { owner, repo } }, lacking }
  }
  if (app !== undefined) return { ask: { template: "/installation/repositories", query: { per_page: 1 } } }
  return { ask: { template: "/rate_limit" }, lacking }
}
