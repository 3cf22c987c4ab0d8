// `inlet doctor --json` as another program reads it: strictly, and with every secret looked for in what is said.
import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { type Ended, jsonLines, type Options } from "../support/Inlet.ts"

const text = Schema.NonEmptyString

const Finding = Schema.Struct({
  check: Schema.Literal(
    "configuration",
    "connector",
    "store",
    "disk",
    "key",
    "traces",
    "databox",
    "datasets",
    "source",
    "collector",
    "clock"
  ),
  source: Schema.NullOr(text),
  status: Schema.Literal("ok", "warning", "failure", "skipped"),
  message: text,
  fix: Schema.NullOr(text),
  code: Schema.NullOr(text.pipe(Schema.pattern(/^E_[A-Z_]+$/)))
})
export type Finding = typeof Finding.Type

const decode = Schema.decodeUnknownSync(Schema.Array(Finding), { onExcessProperty: "error" })

/** Whoever can run commands in a folder. */
export interface Place {
  readonly run: (args: ReadonlyArray<string>, options?: Options) => Effect.Effect<Ended>
  readonly secrets: ReadonlyArray<string>
}

/** What the doctor finds, and how it ends. What is a failure has a fix and a code, and nothing else has a code. */
export const look = (place: Place, args: ReadonlyArray<string> = [], options: Options = {}) =>
  Effect.map(place.run(["doctor", "--json", ...args], options), ({ code, stderr, stdout }) => {
    for (const secret of place.secrets) assert.notInclude(stdout + stderr, secret)
    const findings = decode(jsonLines(stdout))
    for (const { code, fix, message, status } of findings) {
      assert.strictEqual(code !== null, status === "failure", message)
      assert.strictEqual(fix !== null, status === "failure" || status === "warning", message)
    }
    const of = (check: Finding["check"], source?: string): Finding => {
      const found = findings.filter((one) => one.check === check && (source === undefined || one.source === source))
      assert.lengthOf(found, 1, `${check} in ${stdout}`)
      return found[0] ?? assert.fail(check)
    }
    return { exit: code, findings, of, stderr }
  })

/** What is not in order, check by check. */
export const wrong = (findings: ReadonlyArray<Finding>) =>
  findings.filter(({ status }) => status !== "ok").map(({ check, status }) => `${check} ${status}`)
