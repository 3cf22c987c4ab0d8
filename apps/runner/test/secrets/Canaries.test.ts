// No secret is in anything that is printed or written, after runs in which every call failed in every way and what came back
// had the secrets in it.
import { assert, describe, it } from "@effect/vitest"
import { DataboxEmulator, GitHubEmulator, StravaEmulator } from "@inlet/emulators"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { folder, inlet, type Options } from "../support/Inlet.ts"
import { agreeing } from "./Consent.ts"
import { found, packed, written } from "./Search.ts"

const API_KEY = "pak_canary_3f9a1d77"
const GITHUB = "ghp_canary_51c0e2b8"
const CLIENT_SECRET = "strava_canary_a07d64f1"
const keyOf = (text: string) => Buffer.from(text.padEnd(32, ".")).toString("base64")
const KEY = keyOf("the canary of the key")
const NEW_KEY = keyOf("the canary of the key to come")

const Granted = Schema.Struct(
  { access_token: Schema.String, refresh_token: Schema.String },
  { key: Schema.String, value: Schema.Unknown }
)
const decodeGranted = Schema.decodeUnknownSync(Granted)

/** For runs that fail: they would wait for minutes. */
const hurried = { env: { NODE_OPTIONS: `--import=${new URL("hurried.mjs", import.meta.url).href}` } }

const most = { quarter: 100_000, day: 100_000 }

const secretsWorld = Effect.gen(function* () {
  const github = yield* GitHubEmulator.start({ token: GITHUB, behaviour: { rateLimit: { limit: 1_000_000 } } })
  const strava = yield* StravaEmulator.start({
    clientSecret: CLIENT_SECRET,
    athletes: 1,
    activities: 30,
    behaviour: { rateLimit: { overall: most, read: most } }
  })
  const databox = yield* DataboxEmulator.start({ apiKey: API_KEY, behaviour: { rateLimit: null } })
  const cwd = yield* folder({
    "inlet.yaml": `databox:
  apiKey: \${DATABOX_API_KEY}
  baseUrl: ${databox.url}
  settle: 1s
  limits: { records: 100, bytes: 8MB, perSecond: 10000, perHour: 10000000 }
sources:
  github:
    connector: "@inlet/connector-github"
    config: { token: "\${GITHUB_TOKEN}", baseUrl: ${github.url}, repositories: [mira-lund/notes], requestsPerMinute: 1000000 }
  strava:
    connector: "@inlet/connector-strava"
    config:
      clientId: ${strava.clientId}
      clientSecret: \${STRAVA_CLIENT_SECRET}
      apiUrl: ${strava.apiUrl}
      authUrl: ${strava.authUrl}
`
  })
  const secrets = new Set([API_KEY, GITHUB, CLIENT_SECRET, KEY, NEW_KEY])
  const said: Array<string> = []

  const run = (args: ReadonlyArray<string>, options: Options = {}) =>
    inlet([...args, "--log-level", "debug"], {
      cwd,
      ...options,
      env: {
        DATABOX_API_KEY: API_KEY,
        GITHUB_TOKEN: GITHUB,
        STRAVA_CLIENT_SECRET: CLIENT_SECRET,
        INLET_KEY: KEY,
        TMPDIR: cwd,
        HOME: cwd,
        ...options.env
      }
    }).pipe(Effect.tap(({ stderr, stdout }) => Effect.sync(() => said.push(stdout, stderr))))

  const control = (url: string, path: string, method: string, body: unknown) =>
    Effect.promise(
      async (): Promise<unknown> =>
        (await fetch(`${url}/_emulator/${path}`, { method, body: JSON.stringify(body) })).json()
    )

  /** A sign-in of which the tokens are known here. */
  const granted = Effect.map(control(strava.url, "grant", "POST", {}), (answer) => {
    const { access_token, refresh_token } = decodeGranted(answer)
    secrets.add(access_token).add(refresh_token)
    return answer
  })
  const given = (body: unknown) => ({ match: { path: "/oauth/token" }, action: { type: "status", status: 200, body } })

  return {
    cwd,
    github,
    strava,
    databox,
    secrets,
    said,
    run,
    control,
    granted,
    given,
    login: Effect.gen(function* () {
      yield* control(strava.url, "faults", "PUT", [given(yield* granted)])
      const { code } = yield* run(["login", "strava", "--no-browser"], { seen: agreeing(secrets) })
      return code
    }),
    faults: (url: string, rules: ReadonlyArray<unknown>) => control(url, "faults", "PUT", rules)
  }
})

describe("a secret", () => {
  it.scopedLive(
    "is in nothing that is printed or written, however calls fail and whatever they answer",
    () =>
      Effect.gen(function* () {
        const it = yield* secretsWorld
        const { cwd, databox, faults, github, run, said, secrets, strava } = it
        assert.strictEqual(yield* it.login, 0)

        /** An answer that tells whoever asked what it was asked with. */
        const echo = () => {
          const told = { message: `you came with ${[...secrets].join(" and ")}`, errors: [...secrets] }
          return { body: told, headers: { "x-request-id": `${API_KEY} ${GITHUB}`, "x-you": [...secrets].join(" ") } }
        }
        const status = (status: number, more: object = {}) => ({ type: "status", status, ...echo(), ...more })
        const kinds = () => [
          status(400),
          status(401),
          status(403),
          status(404),
          status(409),
          status(422),
          status(429, { headers: { "retry-after": "0" } }),
          status(500),
          status(503, { html: true }),
          status(200, { body: `not JSON, but ${[...secrets].join(" ")}` }),
          {
            type: "redirect",
            location: `http://127.0.0.1:1/?${[...secrets].map(encodeURIComponent).join("&")}`
          },
          { type: "reset-before" },
          { type: "reset-mid-body" }
        ]
        const apart = (paths: ReadonlyArray<string>, round: number) =>
          paths.map((path, index) => ({
            match: { path },
            times: 0,
            action: kinds()[(index + round) % kinds().length]
          }))

        const repository = ["issues\\?", "issues/comments", "pulls\\?", "commits", "releases", "actions", "deployments"]
        const others = ["stargazers", "traffic", "/repos/[^/]+/[^/]+$", "/graphql", "reviews"]
        const api = [
          "/athlete$",
          "/athlete/activities",
          "/activities/\\d+$",
          "/laps",
          "/stats",
          "/gear",
          "/oauth/token"
        ]
        const sink = ["/data-sources", "/datasets$", "/datasets\\?", "/data$", "/ingestions", "/accounts", "/auth"]
        const failed: Array<number | null> = []
        const fail = (args: ReadonlyArray<string>) =>
          Effect.map(run(args, hurried), ({ code }) => {
            failed.push(code)
          })

        // All fails, at both ends; then the sources do well and Databox does not.
        for (const round of [0, 4, 9]) {
          yield* faults(github.url, apart([...repository, ...others], round))
          yield* faults(strava.url, apart(api, round))
          yield* faults(databox.url, apart(sink, round))
          yield* fail(["sync", "--no-wait"])
          if (round > 0) {
            yield* faults(github.url, [])
            yield* faults(strava.url, [{ ...it.given(yield* it.granted), times: 0 }])
          }
          yield* fail(["sync", "--no-wait", "--json"])
        }
        assert.isTrue(failed.every((code) => code !== 0))

        // Nobody can sign in or out.
        for (const action of kinds().filter((_, index) => index % 3 === 0)) {
          yield* faults(strava.url, [{ match: { path: "/oauth/(token|revoke)" }, times: 0, action }])
          yield* run(["login", "strava", "--no-browser"], { seen: agreeing(secrets), ...hurried })
          yield* fail(["sync", "strava"])
        }
        yield* run(["logout", "strava"], hurried)

        // One run dies with its write-ahead log, one does well, and people look at all of it.
        yield* faults(github.url, [])
        yield* faults(databox.url, [])
        assert.strictEqual(yield* it.login, 0)
        yield* run(["sync"], { seen: (_, child) => child.kill("SIGKILL") })
        assert.include(
          written(cwd).map(([place]) => place),
          ".inlet/inlet.db-wal"
        )
        assert.deepStrictEqual(found(secrets, [...written(cwd), ...packed(cwd)]), [])
        assert.strictEqual((yield* run(["sync"])).code, 0)
        const views = [
          ["status"],
          ["runs"],
          ["sends"],
          ["events"],
          ["verify"],
          ["quarantine", "list"],
          ["schema", "list"]
        ]
        for (const view of views) {
          yield* run(view)
          assert.strictEqual((yield* run([...view, "--json"])).code, 0, view.join(" "))
        }
        for (const args of [
          ["backup", "copy.db"],
          ["export", "copy.jsonl"],
          ["replay", "sends", "--source", "github", "--stream", "releases"],
          ["key", "rotate"]
        ]) {
          const { code, stderr } = yield* run(args, { env: { INLET_NEW_KEY: NEW_KEY } })
          assert.strictEqual(code, 0, stderr)
        }

        const places = [...said.map((text) => ["what was printed", text] as const), ...written(cwd), ...packed(cwd)]
        assert.isAbove(secrets.size, 8)
        assert.include(
          places.map(([place]) => place),
          ".inlet/inlet.db"
        )
        assert.deepStrictEqual(found(secrets, places), [])
        // It is found where it is.
        assert.deepStrictEqual(found(secrets, [["here", `<${Buffer.from(`x${KEY}y`).toString("base64")}>`]]), ["here"])
      }),
    300_000
  )
})
