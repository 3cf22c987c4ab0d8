// What each expected error becomes for people and programs. That none is forgotten is the compiler's task.
import { assert, describe, it } from "@effect/vitest"
import { EventStore, Leases, RunError, Sink, Source } from "@inlet/core"
import { Loopback } from "@inlet/emulators"
import { Connector } from "@inlet/sdk"
import * as Failure from "../src/output/Failure.ts"

const source = (reason: Source.SourceError["reason"]) =>
  new Source.SourceError({ reason, detail: "GitHub said no.", status: null, retryAt: null })

const sink = (kind: Sink.SinkError["kind"], concerns: Sink.SinkError["concerns"], code: string) =>
  new Sink.SinkError({
    kind,
    concerns,
    code,
    detail: "Databox said no.",
    status: null,
    requestId: null,
    retryAfter: null
  })

const store = (reason: EventStore.StoreError["reason"]) =>
  new EventStore.StoreError({ reason, operation: "append", detail: "The disk said no." })

const lease = new Leases.LeaseHeld({ name: "pipeline/a/b", owner: "host:1", since: "then", until: "later" })

const TABLE: ReadonlyArray<readonly [error: Failure.Expected, code: string, exit: number]> = [
  [source("Unauthorized"), "E_SOURCE_AUTH", 10],
  [source("RateLimited"), "E_SOURCE_RATE_LIMITED", 20],
  [source("Unavailable"), "E_SOURCE_UNAVAILABLE", 20],
  [source("Forbidden"), "E_SOURCE_FORBIDDEN", 30],
  [source("NotFound"), "E_SOURCE_NOT_FOUND", 30],
  [source("Rejected"), "E_SOURCE_REJECTED", 30],
  [source("Redirected"), "E_SOURCE_REDIRECTED", 30],
  [source("Malformed"), "E_SOURCE_MALFORMED", 30],
  [source("Misbehaved"), "E_CONNECTOR", 50],
  [sink("retryable", "service", "rate_limited"), "E_SINK_RATE_LIMITED", 21],
  [sink("uncertain", "service", "timeout"), "E_SINK_UNAVAILABLE", 21],
  [sink("permanent", "account", "invalid_api_key"), "E_SINK_AUTH", 11],
  [sink("permanent", "account", "account_needed"), "E_SINK_ACCOUNT", 2],
  [sink("permanent", "dataset", "not_found"), "E_SINK_DATASET", 31],
  [sink("permanent", "rows", "invalid_input"), "E_SINK_REFUSED", 31],
  [store("Full"), "E_STORE_FULL", 40],
  [store("Damaged"), "E_STORE_DAMAGED", 40],
  [new EventStore.VersionConflict({ stream: "s", expected: 1, actual: 2 }), "E_LEASE_HELD", 41],
  [lease, "E_LEASE_HELD", 41],
  [new RunError.ConnectorError({ detail: "It threw." }), "E_CONNECTOR", 50],
  [new Connector.ConfigError({ source: "github", problems: [] }), "E_CONFIG", 2],
  [new Failure.UsageError({ detail: "No.", fix: "Yes." }), "E_USAGE", 2],
  [new Failure.ConfigurationError({ detail: "No.", fix: "Yes." }), "E_CONFIG", 2],
  [new Failure.FileError({ detail: "No.", fix: "Yes." }), "E_FILE", 2],
  [new Failure.SchemaError({ detail: "No.", fix: "Yes." }), "E_SCHEMA", 2],
  [new Loopback.EmulatorError({ reason: "PortTaken", detail: "taken" }), "E_EMULATOR", 2],
  [new Failure.DemoError({ detail: "It sent." }), "E_BUG", 1]
]

describe("failures", () => {
  for (const [error, code, exit] of TABLE) {
    it(`${error._tag} "${error.message}" is ${code} with exit code ${exit}`, () => {
      const described = Failure.describe(error, { reference: "r1", source: "github", pending: 3 })
      assert.strictEqual(described.exit, exit)
      assert.deepStrictEqual(Object.keys(described.failure), ["code", "message", "kept", "fix", "reference"])
      assert.strictEqual(described.failure.code, code)
      assert.strictEqual(described.failure.message, error.message)
      for (const text of Object.values(described.failure)) assert.match(text ?? "", /\S/)
    })
  }

  it("says what waits, and how to go on with just that source", () => {
    const { failure } = Failure.describe(source("Unavailable"), { reference: null, source: "github", pending: 420 })
    assert.include(failure.kept, "420 records wait")
    assert.include(failure.fix, "inlet sync github")
    const one = Failure.describe(sink("retryable", "service", "x"), { reference: null, source: "github", pending: 1 })
    assert.include(one.failure.kept, "1 record waits")
    assert.include(one.failure.fix, "inlet send github")
  })

  it("is four lines for people, with code and reference last", () => {
    const { failure } = Failure.describe(lease, { reference: "r1" })
    const lines = Failure.render(failure, { paint: (_, text) => text }).split("\n")
    assert.strictEqual(lines.length, 4)
    assert.strictEqual(lines[3], "  E_LEASE_HELD, r1")
  })

  it("shows no stack of a bug", () => {
    const { code, message } = Failure.bug(new Error("boom"), "t1")
    assert.strictEqual(code, "E_BUG")
    assert.strictEqual(message, "A bug of ours: boom")
  })
})
