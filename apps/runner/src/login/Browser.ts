// Opens the person's browser, where there is one.
import { spawn } from "node:child_process"
import * as Effect from "effect/Effect"

/** Without a shell, which would read the address as words of its own. */
const OPENERS: Readonly<Record<string, readonly [string, ...ReadonlyArray<string>]>> = {
  darwin: ["open"],
  win32: ["rundll32", "url.dll,FileProtocolHandler"]
}

/** Never fails: the address was printed, too. */
export const open = (url: URL): Effect.Effect<void> =>
  Effect.sync(() => {
    const [command, ...words] = OPENERS[process.platform] ?? ["xdg-open"]
    spawn(command, [...words, url.href], { stdio: "ignore", detached: true })
      .on("error", () => {})
      .unref()
  })
