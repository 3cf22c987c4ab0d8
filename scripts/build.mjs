// npm run build: installs what is missing and builds every package.
import { install, turbo } from "./steps.mjs"

process.exitCode = (await install()) && (await turbo("build")) ? 0 : 1
