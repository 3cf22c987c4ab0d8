// Connectors that tell what they should not, each in one way: their secret, and somebody's name.
import type { Fault } from "../isolation/Faulty.ts"
import { PERSONAL } from "./Canaries.ts"

const NAME = JSON.stringify(PERSONAL.name)
/** As text of JavaScript. */
const told = `"refused " + token + " of " + ${NAME}`
/** What is meant for people must tell of nobody, which is the author's to see to. */
const sentence = '"refused " + token'

const before = (statements: string): Fault => ({ before: `Effect.sync(() => { ${statements} })` })

export const FAULTS = {
  throws: before(`throw new Error(${told})`),
  dies: { before: `Effect.die(new Error(${told}))` },
  stray: { before: `Effect.promise(() => { Promise.reject(new Error(${told})); return new Promise(setImmediate) })` },
  prints: before(`console.log(${told}); process.stderr.write(${told})`),
  logs: { before: `Effect.logError(${told})` },
  fails: {
    before: `Effect.fail(new Source.SourceError({ reason: "Rejected", detail: ${sentence}, status: 400, retryAt: null }))`
  },
  warns: { before: `Effect.map(RunObserver.RunObserver, ({ warning }) => warning(${sentence}))` },
  elsewhere: { before: "Effect.orDie(http.get(`${ELSEWHERE}/collect?token=${token}`))" },
  spans: {
    before: `Effect.withSpan(Effect.void, "GET /" + token, { kind: "client", attributes: { [token]: 1, "url.full": token } })`
  },
  maps: { map: `throw new Error("no item of " + ${NAME})` },
  types: { map: `return row({ amount: ${NAME} })` }
} satisfies Record<string, Fault>
