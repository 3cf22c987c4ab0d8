// Traces in their files: where they lie, who may read them, how long they stay, and what the environment says of it.
import { readdirSync, statSync, watch } from "node:fs"
import { mkdir, readFile, utimes, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { folder, inlet } from "../support/Inlet.ts"
import { world } from "../support/World.ts"
import { files, LIST, place, STATUS, spans } from "./Commands.ts"
import * as Otlp from "./Otlp.ts"

const TRACE = "0af7651916cd43dd8448eb211c80319c"
const SPAN = "b7ad6b7169203331"

describe("a trace is kept", () => {
  it.scopedLive("beside the store, where its owner alone reads it", () =>
    Effect.gen(function* () {
      const { run, traces } = yield* place()
      yield* run(LIST)
      const [file] = files(traces)
      assert.match(file?.name ?? "", /^[0-9a-f]{32}\.jsonl$/)
      assert.strictEqual(file?.mode, 0o600)
      assert.strictEqual(statSync(traces).mode & 0o777, 0o700)
      assert.strictEqual(`${Otlp.spans(file?.requests ?? [])[0]?.traceId}.jsonl`, file?.name)
    })
  )

  it.scopedLive("in the folder that somebody names, made where it is missing", () =>
    Effect.gen(function* () {
      const { cwd, run, traces } = yield* place()
      yield* run(LIST, { INLET_TRACE_FILE: "kept/here" })
      assert.strictEqual(spans(join(cwd, "kept/here")).length, 1)
      assert.deepStrictEqual(files(traces), [])
    })
  )

  it.scopedLive("nowhere where that is wished, and where there is no place of a store", () =>
    Effect.gen(function* () {
      const { run, traces } = yield* place()
      assert.deepInclude(yield* run(LIST, { INLET_TRACE_FILE: "off" }), { code: 0, stderr: "" })
      assert.deepStrictEqual(files(traces), [])
      const cwd = yield* folder()
      assert.deepInclude(yield* inlet(LIST, { cwd }), { code: 0, stderr: "" })
      assert.strictEqual((yield* inlet(STATUS, { cwd })).code, 40)
      assert.deepStrictEqual(readdirSync(cwd), [])
    })
  )

  it.scopedLive("or else costs a word, and not the command", () =>
    Effect.gen(function* () {
      const { cwd, run } = yield* place({ occupied: "a file" })
      const { code, stderr } = yield* run(LIST, { INLET_TRACE_FILE: "occupied" })
      assert.strictEqual(code, 0)
      assert.strictEqual(
        stderr,
        `warning: the trace is not kept: ${join(cwd, "occupied")} cannot be written to (EEXIST)\n`
      )
    })
  )

  it.scopedLive("for thirty days, and while it is among the newest thousand", () =>
    Effect.gen(function* () {
      const { run, traces } = yield* place()
      const days = (count: number) => new Date(Date.now() - count * 24 * 60 * 60 * 1000)
      const put = async (name: string, at: Date, length = 5_000) => {
        await writeFile(join(traces, name), `${"{}".padEnd(length)}\n`)
        await utimes(join(traces, name), at, at)
      }
      const name = (number: number) => `${String(number).padStart(32, "0")}.jsonl`
      yield* Effect.promise(async () => {
        await mkdir(traces)
        for (let number = 1; number <= 1_003; number++) await put(name(number), days(number / 100))
        await put(name(2_000), days(31))
        await put("notes.txt", days(400))
        // Of somebody who looks all the time: these are counted by themselves.
        for (let number = 3_001; number <= 4_003; number++) await put(name(number), days(1 / number), 1_000)
      })
      assert.deepInclude(yield* run(LIST), { code: 0, stderr: "" })
      const left = new Set(readdirSync(traces))
      assert.strictEqual(left.size, 999 + 1_000 + 1)
      assert.isTrue(left.has("notes.txt"))
      assert.isTrue(left.has(name(999)))
      assert.isFalse(left.has(name(1_000)))
      assert.isFalse(left.has(name(2_000)))
      assert.isTrue(left.has(name(4_003)))
      assert.isFalse(left.has(name(3_001)))
    })
  )

  it.scopedLive("without its end where the process was killed, and readable all the same", () =>
    Effect.gen(function* () {
      const it = yield* world({ repositories: ["acme/app"], streams: ["issues"] })
      const traces = join(it.cwd, ".inlet", "traces")
      yield* Effect.promise(() => mkdir(traces, { recursive: true }))
      // The sync stands still at its first send; what ended before is written meanwhile.
      yield* it.databoxFaults([{ match: { path: "/data$" }, times: 0, action: { type: "hang" } }])
      const { code } = yield* it.run(["sync"], {
        started: (child) => {
          const watcher = watch(traces, () => {
            if (files(traces).every(({ requests }) => requests.length === 0)) return
            watcher.close()
            child.kill("SIGKILL")
          })
        }
      })
      assert.isNull(code)
      const names = spans(traces).map(({ name }) => name)
      assert.include(names, "page")
      assert.notInclude(names, "inlet sync")
    })
  )
})

describe("a command's root span", () => {
  const root = (env: Readonly<Record<string, string>>, args: ReadonlyArray<string> = LIST) =>
    Effect.gen(function* () {
      const { run, traces } = yield* place()
      const { code, stderr, stdout } = yield* run(args, env)
      return { code, stderr, stdout, traces, root: spans(traces).find(({ name }) => name.startsWith("inlet ")) }
    })

  it.scopedLive("says what was run and how it ended", () =>
    Effect.gen(function* () {
      const { root: well } = yield* root({})
      assert.deepInclude(well, {
        name: "inlet connector list",
        kind: 1,
        parent: undefined,
        status: { code: 1 },
        events: []
      })
      assert.deepStrictEqual(well?.attributes, {
        "inlet.command": "connector list",
        "inlet.trigger": "cli",
        "process.executable.name": "inlet",
        "process.exit.code": 0
      })
      const { root: inJob } = yield* root({ CI: "true" })
      assert.strictEqual(inJob?.attributes["inlet.trigger"], "ci")
    })
  )

  it.scopedLive("has the failure that was printed, once, and no path of this machine", () =>
    Effect.gen(function* () {
      const { code, root: failed, stdout } = yield* root({}, [...STATUS, "--json"])
      assert.strictEqual(code, 40)
      const { error } = JSON.parse(stdout)
      assert.strictEqual(failed?.traceId, error.reference)
      assert.strictEqual(failed?.attributes["error.type"], error.code)
      assert.strictEqual(failed?.attributes["process.exit.code"], 40)
      const message = "There is no store at …: nothing was synced there yet."
      assert.deepStrictEqual(failed?.status, { code: 2, message })
      assert.deepStrictEqual(failed?.events, [
        { name: "exception", attributes: { "exception.type": "StoreError", "exception.message": message } }
      ])
    })
  )

  it.scopedLive("has the code of the run that failed worst, or else its exit code", () =>
    Effect.gen(function* () {
      const it = yield* world({ repositories: ["acme/app"], streams: ["issues"] })
      const roots = () => spans(join(it.cwd, ".inlet", "traces")).filter(({ name }) => name === "inlet sync")
      assert.strictEqual((yield* it.report("sync", "--no-wait")).code, 21)
      const [waiting] = roots()
      assert.deepInclude(waiting?.attributes, { "process.exit.code": 21, "error.type": "21" })
      assert.deepInclude(waiting?.status, { code: 2 })
      const { runs, traceId } = yield* Effect.map(
        it.run(["sync", "--json"], { env: { GITHUB_TOKEN: "another" } }),
        ({ stdout }) => JSON.parse(stdout)
      )
      const failed = roots().find((span) => span.traceId === traceId)
      assert.deepInclude(failed?.attributes, { "process.exit.code": 10, "error.type": "E_SOURCE_AUTH" })
      assert.strictEqual(runs[0].error.code, "E_SOURCE_AUTH")
      assert.deepStrictEqual(failed?.events, [])
    })
  )

  it.scopedLive("is a part of the trace that its environment names", () =>
    Effect.gen(function* () {
      const { root: child } = yield* root({ TRACEPARENT: `00-${TRACE}-${SPAN}-01`, TRACESTATE: "vendor=1,other=2" })
      assert.deepInclude(child, { traceId: TRACE, parent: SPAN, state: "vendor=1,other=2" })
      // Of a later version, with more behind it.
      const { root: later } = yield* root({ TRACEPARENT: `cc-${TRACE}-${SPAN}-01-what-will-be` })
      assert.deepInclude(later, { traceId: TRACE, parent: SPAN })
      // A parent of which nothing is recorded.
      const { code, root: unrecorded, traces } = yield* root({ TRACEPARENT: `00-${TRACE}-${SPAN}-00` })
      assert.strictEqual(code, 0)
      assert.isUndefined(unrecorded)
      assert.deepStrictEqual(files(traces), [])
    })
  )

  for (const garbage of [
    "garbage",
    `00-${TRACE}-${SPAN}`,
    `00-${TRACE}-${SPAN}-01-more`,
    `ff-${TRACE}-${SPAN}-01`,
    `00-${"0".repeat(32)}-${SPAN}-01`,
    `00-${TRACE}-${"0".repeat(16)}-01`,
    `00-${TRACE.toUpperCase()}-${SPAN}-01`
  ]) {
    it.scopedLive(`has no parent where the environment says ${garbage}`, () =>
      Effect.gen(function* () {
        const { root: alone, stderr } = yield* root({ TRACEPARENT: garbage })
        assert.strictEqual(stderr, "")
        assert.isUndefined(alone?.parent)
        assert.notStrictEqual(alone?.traceId, TRACE)
      })
    )
  }

  it.scopedLive("comes from this program, as far as its environment does not say otherwise", () =>
    Effect.gen(function* () {
      const { root: plain } = yield* root({})
      const { version } = JSON.parse(yield* Effect.promise(() => readFile("apps/runner/package.json", "utf8")))
      const { "service.instance.id": instance, "telemetry.sdk.version": sdk, ...rest } = plain?.resource ?? {}
      assert.match(String(instance), /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
      assert.match(String(sdk), /^\d/)
      assert.deepStrictEqual(rest, {
        "service.name": "inlet",
        "service.version": version,
        "telemetry.sdk.language": "nodejs",
        "telemetry.sdk.name": "opentelemetry"
      })
      const { root: given } = yield* root({
        OTEL_SERVICE_NAME: "inlet-nightly",
        OTEL_RESOURCE_ATTRIBUTES:
          "service.name=other,service.version=9,deployment.environment.name=a%2Cb%20c,team=data,api_token=t0ken"
      })
      assert.deepInclude(given?.resource, {
        "service.name": "inlet-nightly",
        "service.version": "9",
        "deployment.environment.name": "a,b c",
        team: "data",
        api_token: "[REDACTED]"
      })
    })
  )

  for (const [signal, code] of [
    ["SIGINT", 130],
    ["SIGTERM", 143]
  ] as const) {
    it.scopedLive(`is kept as one that was interrupted where ${signal} ends it, and is no error`, () =>
      Effect.gen(function* () {
        const { run, traces } = yield* place()
        const ended = yield* run(["emulate", "databox"], {}, { seen: (_, child) => child.kill(signal) })
        assert.strictEqual(ended.code, code)
        const [span] = spans(traces)
        assert.deepInclude(span, { name: "inlet emulate databox", status: { code: 1 }, events: [] })
        assert.deepInclude(span?.attributes, { "process.exit.code": code, "status.interrupted": true })
        assert.notProperty(span?.attributes, "error.type")
      })
    )
  }

  it.scopedLive("is cut where a value is too long", () =>
    Effect.gen(function* () {
      const { root: short } = yield* root({ OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT: "5" })
      assert.strictEqual(short?.attributes["inlet.command"], "conne")
    })
  )

  it.scopedLive("is not there where nothing was carried out", () =>
    Effect.gen(function* () {
      const { run, traces } = yield* place()
      for (const args of [
        ["--help"],
        ["--version"],
        ["sync", "--help"],
        ["no-such"],
        ["status", "--bogus"],
        ["sync", "--limit", "x"]
      ]) {
        yield* run(args)
      }
      assert.deepStrictEqual(files(traces), [])
    })
  )
})
