// Runs the built program as a user would: another process, real files, real sockets.
import { type ChildProcess, spawn } from "node:child_process"
import { existsSync } from "node:fs"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import * as Effect from "effect/Effect"

export const bin = fileURLToPath(new URL("../../bin/inlet.js", import.meta.url))
export const built = fileURLToPath(new URL("../../dist/bin.js", import.meta.url))

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface Options {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  /** Nobody reads its standard output: it was closed before the first write. */
  readonly unread?: boolean
  /** Called once it runs. */
  readonly started?: (child: ChildProcess) => void
  /** Called with each piece of standard output or error, for tests that act while it runs. */
  readonly seen?: (text: string, child: ChildProcess) => void
}

export const inlet = (args: ReadonlyArray<string>, options: Options = {}): Effect.Effect<Ended> =>
  Effect.async((resume) => {
    if (!existsSync(built)) return resume(Effect.dieMessage("apps/runner is not built: run npm run build first"))
    const child = spawn(process.execPath, [bin, ...args], {
      cwd: options.cwd ?? tmpdir(),
      env: { PATH: process.env.PATH ?? "", HOME: tmpdir(), ...options.env },
      stdio: ["ignore", "pipe", "pipe"]
    })
    options.started?.(child)
    if (options.unread === true) child.stdout.destroy()
    const texts = { stdout: "", stderr: "" }
    for (const name of ["stdout", "stderr"] as const) {
      child[name].setEncoding("utf8").on("data", (text: string) => {
        texts[name] += text
        options.seen?.(text, child)
      })
    }
    child.on("close", (code) => resume(Effect.succeed({ code, ...texts })))
    return Effect.sync(() => {
      child.kill("SIGKILL")
    })
  })

/** A folder that goes with the scope, with these files. */
export const folder = (files: Readonly<Record<string, string>> = {}) =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const path = await mkdtemp(join(tmpdir(), "inlet-test-"))
      for (const [name, text] of Object.entries(files)) await writeFile(join(path, name), text)
      return path
    }),
    (path) => Effect.promise(() => rm(path, { recursive: true, force: true }))
  )

/** The lines of a text that is JSON lines. */
export const jsonLines = (text: string): ReadonlyArray<unknown> =>
  text
    .split("\n")
    .filter((line) => line !== "")
    .map((line): unknown => JSON.parse(line))
