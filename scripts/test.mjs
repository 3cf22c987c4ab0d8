// npm test: everything that has to hold, with one closing line of counts that other programs read.
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { install, lint, turbo, vitest } from "./steps.mjs"

const failures = []

const step = async (name, work) => {
  const ok = await work()
  if (!ok) failures.push(name)
  return ok
}

/** The counts of a run of vitest, with one more failure for whatever kept tests from running. */
const counts = (file, ok) => {
  const none = { passed: 0, failed: 1, skipped: 0 }
  try {
    const result = JSON.parse(readFileSync(file, "utf8"))
    const broken = result.testResults.filter(
      ({ assertionResults, status }) =>
        status === "failed" && !assertionResults.some(({ status }) => status === "failed")
    )
    const failed = result.numFailedTests + broken.length
    const passed = result.numPassedTests
    const unseen = (!ok || passed === 0) && failed === 0 ? 1 : 0
    return { passed, failed: failed + unseen, skipped: result.numPendingTests + result.numTodoTests }
  } catch {
    return none
  }
}

let total = { passed: 0, failed: 0, skipped: 0 }
if (await step("install", install)) {
  await step("build, check and idioms", () => turbo("build", "check", "idioms"))
  await step("lint", lint)
  const folder = mkdtempSync(join(tmpdir(), "inlet-vitest-"))
  const file = join(folder, "result.json")
  const ok = await vitest(file, process.argv.slice(2))
  total = counts(file, ok)
  rmSync(folder, { recursive: true })
}

for (const name of failures) console.error(`failed: ${name}`)
const failed = total.failed + failures.length
const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : ""
console.log(`${total.passed} passed, ${failed} failed${skipped}`)
process.exitCode = failed === 0 ? 0 : 1
