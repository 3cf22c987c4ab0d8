// A burst of spans, ended faster than anybody takes them: none is lost on either way.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Sdk from "../../src/telemetry/Sdk.ts"
import { folder } from "../support/Inlet.ts"
import { files } from "./Commands.ts"
import * as Receiver from "./Receiver.ts"

const PAGES = 30_000

/** Their form is judged elsewhere. */
const ids = (requests: ReadonlyArray<string>) =>
  new Set(requests.flatMap((request) => [...request.matchAll(/"spanId":"([0-9a-f]{16})"/g)].map(([, id]) => id)))

describe("a burst of spans", () => {
  it.scopedLive("arrives as a whole, and is kept as a whole", () =>
    Effect.gen(function* () {
      const { requests, url } = yield* Receiver.receiver()
      const traces = yield* folder()
      const endpoint = {
        url: `${url}/v1/traces`,
        headers: Redacted.make({}),
        timeout: 10_000,
        compression: "none",
        named: false
      } as const
      const { close, tracer } = yield* Sdk.make(
        {
          files: { folder: traces, within: null },
          pages: 200,
          parent: null,
          traces: Option.some(endpoint),
          console: false,
          queue: { size: 32_768, batch: 1_024 },
          longest: 1_024,
          metrics: Option.none(),
          warnings: []
        },
        () => {}
      )
      const page = Effect.withSpan(Effect.void, "page", { captureStackTrace: false })
      const run = Effect.withSpan(Effect.repeatN(page, PAGES - 1), "run issues", { captureStackTrace: false })
      yield* Effect.withTracer(run, tracer)
      assert.deepStrictEqual(yield* close("0".repeat(32)), [])
      assert.strictEqual(ids(Receiver.taken(requests)).size, PAGES + 1)
      const [file] = files(traces)
      assert.strictEqual(ids(file?.requests ?? []).size, PAGES + 1)
    })
  )
})
