// A certified OAuth2 server on loopback, set up like Strava's: a secret in the body, PKCE taken but not asked for, refresh
// tokens that are replaced at every use, and an end of everything where one is used twice. Beside it stands what the tokens
// open, and a control surface under /_test/.
import Provider from "oidc-provider"

const [options = "{}"] = process.argv.slice(2)
const { accessSeconds = 1800 } = JSON.parse(options)

const journal = []
const events = []
const issued = new Set()
let faults = []

const client = {
  client_id: "inlet",
  client_secret: "notes-s3cret",
  token_endpoint_auth_method: "client_secret_post",
  application_type: "native",
  redirect_uris: ["http://127.0.0.1/callback"],
  response_types: ["code"],
  grant_types: [
    "authorization_code",
    "refresh_token",
    "client_credentials",
    "urn:ietf:params:oauth:grant-type:device_code"
  ]
}

const listen = (server) => new Promise((resolve) => server.once("listening", resolve))

// The issuer holds the port, so a free one is found first.
const { createServer } = await import("node:http")
const server = createServer().listen(0, "127.0.0.1")
await listen(server)
const url = `http://127.0.0.1:${server.address().port}`

const provider = new Provider(url, {
  clients: [client],
  scopes: ["notes:read", "notes:private"],
  features: {
    devInteractions: { enabled: false },
    revocation: { enabled: true },
    clientCredentials: { enabled: true },
    deviceFlow: { enabled: true },
    rpInitiatedLogout: { enabled: false }
  },
  pkce: { required: () => false },
  rotateRefreshToken: true,
  issueRefreshToken: () => true,
  ttl: { AccessToken: accessSeconds, ClientCredentials: accessSeconds, RefreshToken: 86_400, Grant: 86_400 },
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
  interactions: { url: (_, { uid }) => `/interaction/${uid}` }
})

for (const name of ["grant.revoked", "grant.error", "grant.success"]) {
  provider.on(name, (_, error) => events.push({ name, error: error?.error_detail ?? error?.error ?? null }))
}
for (const name of ["access_token.saved", "client_credentials.saved"]) provider.on(name, ({ jti }) => issued.add(jti))

/** What a person does who looks at the page: agrees to these scopes, or does not. */
const decide = async (request, response, decision, granted) => {
  if (decision === "deny") {
    return provider.interactionFinished(request, response, { error: "access_denied" })
  }
  const { params, prompt } = await provider.interactionDetails(request, response)
  if (prompt.name === "login") {
    return provider.interactionFinished(request, response, { login: { accountId: "ada" } })
  }
  const grant = new provider.Grant({ accountId: "ada", clientId: params.client_id })
  for (const scope of prompt.details.missingOIDCScope ?? []) {
    if (granted === null || granted.split(" ").includes(scope)) grant.addOIDCScope(scope)
    else grant.rejectOIDCScope(scope)
  }
  return provider.interactionFinished(request, response, { consent: { grantId: await grant.save() } })
}

const json = (response, value, status = 200) =>
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value))

/** The access token of that value, where it lives. */
const living = async (value) =>
  (await provider.AccessToken.find(value)) ?? (await provider.ClientCredentials.find(value))

/** Two notes for whoever brings a token that lives. */
const notes = async (request, response) => {
  const token = await living((request.headers.authorization ?? "").replace(/^Bearer /, ""))
  journal.push({ path: "/api/notes", status: token === undefined ? 401 : 200, form: {}, answer: {} })
  if (token === undefined) return json(response, { error: "invalid_token" }, 401)
  return json(
    response,
    [1, 2].map((id) => ({ id, written_at: `2026-03-0${id}T10:00:00Z` }))
  )
}

const body = async (request) => {
  let text = ""
  for await (const part of request) text += part
  return text
}

const control = async (path, request, response) => {
  switch (path) {
    case "/_test/journal":
      return json(response, { journal, events })
    case "/_test/faults":
      faults = JSON.parse(await body(request))
      return json(response, {})
    // As if the time of all of them were over.
    case "/_test/expire":
      for (const value of issued) await (await living(value))?.destroy()
      return json(response, {})
    default:
      return json(response, {}, 404)
  }
}

provider.use(async (context, next) => {
  await next()
  if (!["/token", "/token/revocation", "/device/auth"].includes(context.path)) return
  // Ours asks every five seconds unless told, which is long for a test.
  if (context.path === "/device/auth" && context.status === 200) context.body = { ...context.body, interval: 1 }
  const { body: form = {} } = context.oidc ?? {}
  journal.push({ path: context.path, status: context.status, form: { ...form }, answer: { ...context.body } })
})
const callback = provider.callback()

server.on("request", (request, response) => {
  const { pathname, searchParams } = new URL(request.url, url)
  const fault = faults.find(({ path }) => path === pathname)
  if (fault !== undefined) {
    faults = faults.filter((one) => one !== fault)
    return fault.status === null ? request.socket.destroy() : json(response, {}, fault.status)
  }
  const [, decision] = /^\/interaction\/[^/]+\/(agree|deny)$/.exec(pathname) ?? []
  if (pathname.startsWith("/_test/")) return control(pathname, request, response)
  if (pathname === "/api/notes") return notes(request, response)
  if (decision !== undefined) return decide(request, response, decision, searchParams.get("scopes"))
  if (pathname.startsWith("/interaction/")) return response.end("Do you agree?")
  return callback(request, response)
})

process.stdout.write(`${JSON.stringify({ url })}\n`)
