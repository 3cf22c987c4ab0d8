// Preloaded into a measured process (node --import): writes its CPU seconds, with those of the processes that it started where
// the system tells them, and its own peak memory to BENCH_METER when it ends.
import { readFileSync, writeFileSync } from "node:fs"
import { memoryUsage } from "node:process"

/** Clock ticks of /proc a second. */
const TICKS = 100

const read = (file) => {
  try {
    return readFileSync(file, "utf8")
  } catch {
    return ""
  }
}

/** CPU seconds of a process, and of those that it has waited for. */
const cpuOf = (pid) => {
  const [own = 0, system = 0, theirs = 0, theirSystem = 0] = read(`/proc/${pid}/stat`)
    .replace(/.*\) /s, "")
    .split(" ")
    .slice(11, 15)
    .map(Number)
  return { own: (own + system) / TICKS, waited: (theirs + theirSystem) / TICKS }
}

const started = () => {
  const running = read(`/proc/self/task/${process.pid}/children`).split(" ").filter(Boolean)
  return running.reduce((sum, pid) => sum + cpuOf(pid).own, cpuOf("self").waited)
}

const target = process.env.BENCH_METER
delete process.env.BENCH_METER
if (target !== undefined) {
  process.on("exit", () => {
    const { maxRSS, systemCPUTime, userCPUTime } = process.resourceUsage()
    const cpu = (userCPUTime + systemCPUTime) / 1e6 + started()
    writeFileSync(target, JSON.stringify({ cpu, peak: maxRSS * 1024, rss: memoryUsage.rss() }))
  })
}
