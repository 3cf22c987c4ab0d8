// What each way of signing in makes of a connector: the members of its configuration, and how requests get credentials.
import type { Answers } from "../Answers.ts"

export interface SignIn {
  /** Members of the configuration that a user fills in, and whether each is a secret. */
  readonly members: Readonly<Record<string, "secret" | "plain">>
  /** The expression that signs requests in; undefined where there is none, or the tokens of `oauth` do. */
  readonly auth?: string
}

export const signIns: Readonly<Record<Answers["auth"], SignIn>> = {
  none: { members: {} },
  bearer: { members: { token: "secret" }, auth: "Auth.bearer(token)" },
  header: { members: { apiKey: "secret" }, auth: 'Auth.header("x-api-key", apiKey)' },
  basic: { members: { user: "plain", password: "secret" }, auth: "Auth.basic(user, password)" },
  oauth2: { members: { clientId: "plain", clientSecret: "secret" } }
}

/** Where people agree to an application of OAuth2, beside the API: a guess to begin with. */
export const signInUrl = ({ baseUrl }: Answers): string => {
  const { host, protocol } = new URL(baseUrl)
  return `${protocol}//${host.replace(/^api\./, "")}`
}

/** The hosts that the connector asks. */
export const hosts = (answers: Answers): ReadonlyArray<string> => {
  const asked = [answers.baseUrl, ...(answers.auth === "oauth2" ? [signInUrl(answers)] : [])]
  return [...new Set(asked.map((address) => new URL(address).hostname))]
}
