// npm start: from a fresh clone to the whole pipeline at work, on this computer alone.
import { inlet, install, turbo } from "./steps.mjs"

// Ctrl-C reaches the demo as well; it ends cleanly and says how.
process.on("SIGINT", () => {})

if ((await install()) && (await turbo("build"))) {
  const { code } = await inlet(["demo", ...process.argv.slice(2)])
  process.exitCode = code
} else {
  process.exitCode = 1
}
