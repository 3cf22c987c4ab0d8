// One small world: a GitHub, a Strava and a Databox on loopback, a folder with a configuration and a store, and the real command line
// run in it, where told until it is killed.
import { spawn } from "node:child_process"
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { DataboxEmulator, GitHubEmulator, StravaEmulator } from "@inlet/emulators"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"

const preload = fileURLToPath(new URL("preload.mjs", import.meta.url))

/** Nothing may ever show these. */
export const CANARIES = {
  apiKey: "pak_canary_d5f0a1c2e9",
  token: "ghp_canary_7b3e8f6a4d",
  clientSecret: "strava_canary_91c4e07b2a",
  key: "Y2FuYXJ5IG9mIHRoZSB0b3J0dXJlLCAzMiBieXRlcy4="
}

export const REPOSITORIES = ["acme/archive", "mira-lund/notes"]
/** Rows that one request may carry: a page makes several parts. */
export const PART = 5

/** A run that takes longer hangs. */
const PATIENCE = 120_000

const databoxPart = ({ url }) => `databox:
  apiKey: \${DATABOX_API_KEY}
  baseUrl: ${url}
  settle: 1s
  limits: { records: ${PART}, bytes: 8MB, perSecond: 100000, perHour: 100000000 }
`

/** One source, with one stream of it. */
const SOURCES = {
  github: ({ github }) => `sources:
  github:
    connector: "@inlet/connector-github"
    config:
      token: \${GITHUB_TOKEN}
      baseUrl: ${github.url}
      repositories: [${REPOSITORIES.join(", ")}]
      pageSize: 8
      requestsPerMinute: 1000000
    streams: [issues]
`,
  strava: ({ strava }) => `sources:
  strava:
    connector: "@inlet/connector-strava"
    config:
      clientId: ${strava.clientId}
      clientSecret: \${STRAVA_CLIENT_SECRET}
      apiUrl: ${strava.apiUrl}
      authUrl: ${strava.authUrl}
      lookBackDays: 365
    streams: [activities]
`
}

const ENOUGH = { quarter: 1_000_000, day: 1_000_000 }

/** Starts the services and keeps them; `fresh` puts everything back to the beginning, with one of the sources. */
export const open = async (program) => {
  const scope = Effect.runSync(Scope.make())
  const start = (service) => Effect.runPromise(Scope.extend(service, scope))
  const behaviour = { rateLimit: null, processMillis: 20, recordApplied: true, versionColumn: "comments" }
  const github = await start(
    GitHubEmulator.start({ token: CANARIES.token, behaviour: { rateLimit: { limit: 1_000_000_000 } } })
  )
  const databox = await start(DataboxEmulator.start({ apiKey: CANARIES.apiKey, behaviour }))
  const strava = await start(
    StravaEmulator.start({
      clientSecret: CANARIES.clientSecret,
      athletes: 1,
      activities: 0,
      behaviour: { rateLimit: { overall: ENOUGH, read: ENOUGH } }
    })
  )
  const cwd = mkdtempSync(join(tmpdir(), "inlet-torture-"))
  const reportFile = `${cwd}.report`
  const outputs = []

  const control =
    ({ url }) =>
    async (method, path, body) => {
      const answer = await fetch(`${url}/_emulator/${path}`, { method, ...(body && { body: JSON.stringify(body) }) })
      const text = await answer.text()
      if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`)
      return text === "" ? null : JSON.parse(text)
    }
  const source = control(github)
  const sink = control(databox)

  const fresh = async (name = "github") => {
    rmSync(cwd, { recursive: true, force: true })
    rmSync(reportFile, { force: true })
    await Promise.all([github, strava, databox].map((service) => control(service)("POST", "reset")))
    mkdirSync(cwd)
    writeFileSync(join(cwd, "inlet.yaml"), databoxPart(databox) + SOURCES[name]({ github, strava }))
    outputs.length = 0
  }

  /** Runs the command line to its end. `kill` names the point to die at; `said` hears its standard error so far. */
  const inlet = (args, { kill = "", said = () => {} } = {}) =>
    new Promise((resolve, reject) => {
      writeFileSync(reportFile, "")
      const child = spawn(process.execPath, ["--import", preload, program.bin, ...args], {
        cwd,
        env: {
          PATH: process.env.PATH,
          HOME: tmpdir(),
          DATABOX_API_KEY: CANARIES.apiKey,
          GITHUB_TOKEN: CANARIES.token,
          STRAVA_CLIENT_SECRET: CANARIES.clientSecret,
          INLET_KEY: CANARIES.key,
          TORTURE_KILL: kill,
          TORTURE_REPORT: reportFile,
          TORTURE_SINK: databox.url
        },
        stdio: ["ignore", "pipe", "pipe"]
      })
      let hung = false
      const patience = setTimeout(() => {
        hung = true
        child.kill("SIGKILL")
      }, PATIENCE)
      const texts = { stdout: "", stderr: "" }
      for (const name of ["stdout", "stderr"]) {
        child[name].setEncoding("utf8").on("data", (text) => {
          texts[name] += text
          if (name === "stderr") said(texts.stderr)
        })
      }
      child.on("error", reject)
      child.on("close", (code, signal) => {
        clearTimeout(patience)
        outputs.push(texts.stdout, texts.stderr)
        const lines = readFileSync(reportFile, "utf8").split("\n").slice(0, -1)
        const { killed = null, points = [], ready = null } = Object.assign({}, ...lines.map((line) => JSON.parse(line)))
        if (signal !== null && killed === null && !hung) return reject(new Error(`somebody else sent ${signal}`))
        resolve({ code, killed, points, ready, hung, ...texts })
      })
    })

  /** Somebody signs in to Strava. */
  const login = async () => {
    let browsing
    const said = (text) => {
      const address = /^ {2}(http\S+)\n/m.exec(text)?.[1]
      if (address !== undefined) browsing ??= fetch(address)
    }
    const { code, stderr } = await inlet(["login", "strava", "--no-browser"], { said })
    await browsing
    if (code !== 0) throw new Error(`nobody could sign in: ${stderr}`)
  }

  return {
    cwd,
    store: join(cwd, ".inlet", "inlet.db"),
    /** All that the command line wrote to its standard output and error since `fresh`. */
    outputs,
    source,
    strava: control(strava),
    athlete: String(strava.athletes[0].id),
    sink,
    fresh,
    inlet,
    login,
    close: async () => {
      await Effect.runPromise(Scope.close(scope, Exit.void))
      rmSync(cwd, { recursive: true, force: true })
      rmSync(reportFile, { force: true })
    }
  }
}
