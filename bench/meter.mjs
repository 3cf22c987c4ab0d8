// Preloaded into a measured process (node --import): writes its CPU seconds and peak memory to BENCH_METER when it ends.
import { writeFileSync } from "node:fs"
import { memoryUsage } from "node:process"

const target = process.env.BENCH_METER
delete process.env.BENCH_METER
if (target !== undefined) {
  process.on("exit", () => {
    const { maxRSS, systemCPUTime, userCPUTime } = process.resourceUsage()
    const cpu = (userCPUTime + systemCPUTime) / 1e6
    writeFileSync(target, JSON.stringify({ cpu, peak: maxRSS * 1024, rss: memoryUsage.rss() }))
  })
}
