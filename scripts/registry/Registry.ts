// A registry of npm packages on loopback, for as long as a test runs: what is published there is gone with its folder.
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import type { Server } from "node:http"
import { join } from "node:path"
import { runServer } from "verdaccio"

export interface Registry {
  readonly url: string
  /** The file that npm is to read its settings from: the scopes are served here, by a user who may publish. */
  readonly npmrc: string
  readonly stop: () => Promise<void>
}

const configuration = (folder: string, scopes: ReadonlyArray<string>) => ({
  storage: join(folder, "storage"),
  self_path: folder,
  auth: { htpasswd: { file: join(folder, "htpasswd"), max_users: 1, algorithm: "bcrypt", rounds: 4 } },
  uplinks: {},
  packages: Object.fromEntries(
    scopes.map((scope) => [`${scope}/*`, { access: "$all", publish: "$authenticated", unpublish: "$nobody" }])
  ),
  web: { enable: false },
  log: { type: "file", path: join(folder, "verdaccio.log"), level: "warn", format: "json" }
})

export interface Options {
  readonly scopes: ReadonlyArray<string>
  /** The settings that npm has otherwise. */
  readonly npmrc: string
}

/** Starts it. Whatever is in no scope of it comes from where npm gets it otherwise. */
export const start = async (folder: string, { npmrc: before, scopes }: Options): Promise<Registry> => {
  const server: Server = await runServer(configuration(folder, scopes))
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const address = server.address()
  const port = typeof address === "object" && address !== null ? address.port : 0
  const host = `127.0.0.1:${port}`
  const user = { name: "author", password: "a-password-of-the-test" }
  const answer = await fetch(`http://${host}/-/user/org.couchdb.user:author`, {
    method: "PUT",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(user)
  })
  const { token } = await answer.json()
  const npmrc = join(folder, "npmrc")
  const settings = [
    existsSync(before) ? readFileSync(before, "utf8") : "",
    ...scopes.map((scope) => `${scope}:registry=http://${host}/`),
    `//${host}/:_authToken=${token}`
  ]
  writeFileSync(npmrc, `${settings.join("\n")}\n`)
  return {
    url: `http://${host}`,
    npmrc,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
  }
}
