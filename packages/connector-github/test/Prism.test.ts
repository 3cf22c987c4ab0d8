// Requests and answers of every stream, judged by GitHub's own description of its API through Prism, a validating proxy.
// The description is not part of this project; where it is not at hand these tests are skipped.
import { type ChildProcess, spawn } from "node:child_process"
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { createInterface } from "node:readline"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import github from "../src/index.ts"
import { layer, memory, run } from "./Reading.ts"
import * as Service from "./Service.ts"

const description = resolve(import.meta.dirname, "../../../../shared/references/github-openapi-subset.2026-03-10.json")
const prism = createRequire(import.meta.url).resolve("@stoplight/prism-cli/dist/index.js")

const Description = Schema.Struct(
  { paths: Schema.Record({ key: Schema.String, value: Schema.Unknown }) },
  { key: Schema.String, value: Schema.Unknown }
)

/**
 * GitHub's links lead to `/repositories/{id}/…`, which its description leaves out: the same operations stand there, too. The
 * parameters are the same but for `owner` and `repo`.
 */
const withLinked = (text: string): string => {
  const { paths, ...rest } = Schema.decodeSync(Schema.parseJson(Description))(text)
  const prefix = "/repos/{owner}/{repo}/"
  const linked = Object.entries(paths).flatMap(([path, operations]) => {
    if (!path.startsWith(prefix)) return []
    const copy: unknown = JSON.parse(
      JSON.stringify(operations)
        .replaceAll('{"$ref":"#/components/parameters/owner"}', '{"$ref":"#/components/parameters/repository-id"}')
        .replaceAll('{"$ref":"#/components/parameters/repo"},', "")
        .replaceAll(/"operationId":"([^"]+)"/g, '"operationId":"$1-by-id"')
    )
    return [[`/repositories/{repository_id}/${path.slice(prefix.length)}`, copy] as const]
  })
  const components = Schema.decodeUnknownSync(Schema.Record({ key: Schema.String, value: Schema.Unknown }))(
    rest.components
  )
  const parameters = Schema.decodeUnknownSync(Schema.Record({ key: Schema.String, value: Schema.Unknown }))(
    components.parameters
  )
  const repositoryId = { name: "repository_id", in: "path", required: true, schema: { type: "integer" } }
  return JSON.stringify({
    ...rest,
    components: { ...components, parameters: { ...parameters, "repository-id": repositoryId } },
    paths: { ...paths, ...Object.fromEntries(linked) }
  })
}

const freePort = Effect.async<number>((resume) => {
  const server = createServer().listen(0, "127.0.0.1", () => {
    const address = server.address()
    server.close(() => resume(Effect.succeed(typeof address === "object" && address !== null ? address.port : 0)))
  })
})

/** A validating proxy before the emulator; it refuses what the description does not allow, in either direction. */
const proxied = Effect.gen(function* () {
  const service = yield* Service.start({ deletedForks: false })
  const folder = yield* Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "inlet-prism-"))),
    (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
  )
  const file = join(folder, "github.json")
  writeFileSync(file, withLinked(readFileSync(description, "utf8")))
  const port = yield* freePort
  const args = [prism, "proxy", file, service.url, "--port", `${port}`, "--host", "127.0.0.1", "--errors"]
  yield* Effect.acquireRelease(
    Effect.async<ChildProcess>((resume) => {
      const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] })
      const lines = createInterface({ input: child.stdout })
      lines.on("line", (line) => {
        if (line.includes("Prism is listening")) resume(Effect.succeed(child))
      })
      child.on("exit", (code) => resume(Effect.dieMessage(`Prism ended with ${code}`)))
    }),
    (child) => Effect.sync(() => child.kill("SIGKILL"))
  )
  const url = `http://127.0.0.1:${port}`
  yield* service.control("PUT", "behaviour", { publicUrl: url, rateLimit: { limit: 1_000_000 } })
  return { service, url }
})

const get = (url: string) =>
  Effect.promise(async () => {
    const headers = { authorization: "Bearer ghp_emulator", "user-agent": "test", "x-github-api-version": "2026-03-10" }
    const response = await fetch(url, { headers })
    return { status: response.status, text: await response.text() }
  })

describe.skipIf(!existsSync(description))("GitHub's description", () => {
  it.scopedLive("is heeded by what all streams ask and what the emulator answers", () =>
    Effect.gen(function* () {
      const { service, url } = yield* proxied
      // The canaries: a broken request and a broken answer are refused, or the proxy judges nothing.
      for (const path of ["/repos/acme/app/issues", "/repositories/1001/issues"]) {
        assert.strictEqual((yield* get(`${url}${path}`)).status, 200)
        const asked = yield* get(`${url}${path}?per_page=many`)
        assert.strictEqual(asked.status, 422)
        assert.include(asked.text, "per_page")
        yield* service.fault({ type: "status", status: 200, body: [{ id: "one" }] }, { path: "/issues" })
        const answered = yield* get(`${url}${path}`)
        assert.strictEqual(answered.status, 500)
        assert.include(answered.text, "VIOLATIONS")
      }

      const before = (yield* service.asked).length
      for (const stream of github.streams.keys()) {
        const { error, pages } = yield* run(stream, memory()).pipe(
          Effect.provide(layer(url, { repositories: ["acme/a*", "topic:backend"], pageSize: 50, details: 20 }))
        )
        assert.isNull(error, `${stream}: ${error?.message}`)
        assert.isAbove(pages.length, 0)
      }
      assert.isAbove((yield* service.asked).length, before + 100)
    })
  )
})
