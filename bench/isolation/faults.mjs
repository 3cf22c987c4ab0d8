// What a connector must not do, by what it does. `say` tells the main program, which goes on to look at itself; `main` is the
// main program's process.
import { pbkdf2 } from "node:crypto"
import { closeSync, readFileSync, writeSync } from "node:fs"

const MB = 1 << 20
/** Megabytes that are taken beside the heap, so that the machine survives where no limit holds. */
export const GREEDY = 3_072

const eatBuffers = ({ post, say }) => {
  const held = []
  for (let n = 0; n < GREEDY / 64; n++) {
    held.push(Buffer.alloc(64 * MB, 1))
    post({ held: held.length * 64 })
  }
  say("got them all")
  setInterval(() => held.length, 1000)
}

export const SECRET = "the secret"
const secretIn = (pid) => (readFileSync(`/proc/${pid}/environ`, "utf8").includes("BENCH_SECRET") ? SECRET : "no secret")

export const FAULTS = {
  "throws at top level": () => {
    throw new Error("at top level")
  },
  "rejects unhandled": () => void Promise.reject(new Error("stray")),
  "calls process.exit": () => process.exit(7),
  "never answers": () => setInterval(() => undefined, 1000),
  "loops forever": () => {
    for (;;);
  },
  "matches a catastrophic expression": () => /^(a+)+$/.test(`${"a".repeat(60)}!`),
  "overflows the stack": () => {
    const down = () => 1 + down()
    down()
  },
  "eats the heap": () => {
    const held = []
    for (;;) held.push({ text: String(held.length), list: [held.length] })
  },
  "fills one huge array": () => new Array(100_000_000).fill(1.5),
  "parses ten million rows": () => JSON.parse(Buffer.from(`[${'{"id":1},'.repeat(10_000_000)}0]`).toString()),
  "eats memory outside the heap": eatBuffers,
  "the same, its memory watched": eatBuffers,
  "the same, under ulimit -d": eatBuffers,
  "calls process.abort": () => process.abort(),
  "fills the thread pool": ({ post, say }) => {
    for (let n = 0; n < 8; n++) pbkdf2("a", "b", 5_000_000, 64, "sha512", () => post({ done: n }))
    say("begun")
  },
  "prints to standard output": ({ say }) => {
    console.log("PRINTED")
    writeSync(1, "PRINTED\n")
    say("printed")
  },
  "closes file descriptors": ({ say }) => {
    for (let fd = 3; fd < 64; fd++) {
      try {
        closeSync(fd)
      } catch {
        // None that is open.
      }
    }
    say("closed")
  },
  "changes globals": ({ say }) => {
    process.env.BENCH_SECRET = "changed"
    Object.prototype.polluted = true
    JSON.parse = () => "changed"
    say("changed")
  },
  "reads process.env": ({ say }) => say(process.env.BENCH_SECRET === undefined ? "no secret" : SECRET),
  "reads its own process's environment": ({ say }) => say(secretIn("self")),
  "reads the main program's environment": ({ main, say }) => say(secretIn(main)),
  "kills the main program": ({ main }) => process.kill(main, "SIGKILL")
}
