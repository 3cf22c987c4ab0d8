// A shell as a reader has it: commands in the folder that the last one left, and programs that go on in the background.
import { type ChildProcess, spawn } from "node:child_process"
import { readFileSync } from "node:fs"
import { join } from "node:path"

export interface Ended {
  readonly code: number | null
  /** Both streams as they came. */
  readonly printed: string
}

export interface Terminal {
  readonly folder: () => string
  readonly run: (command: string) => Promise<Ended>
  /** Resolves once the words are printed. */
  readonly start: (command: string, ready: string) => Promise<void>
  /** Ends what goes on. */
  readonly close: () => Promise<void>
}

export const open = (options: {
  readonly folder: string
  readonly env: NodeJS.ProcessEnv
  /** A folder of its own. */
  readonly scratch: string
}): Terminal => {
  const { env, scratch } = options
  const left = join(scratch, "folder")
  const background: Array<ChildProcess> = []
  let folder = options.folder

  const shell = (command: string) =>
    // A group of its own, so that whatever it starts ends with it.
    spawn("bash", ["-c", command], { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"], detached: true })

  const kill = ({ pid }: ChildProcess) => {
    try {
      if (pid !== undefined) process.kill(-pid, "SIGTERM")
    } catch {
      // It is gone already.
    }
  }

  return {
    folder: () => folder,
    run: (command) =>
      new Promise((resolve, reject) => {
        const child = shell(`${command} && pwd > "${left}"`)
        let printed = ""
        child.stdout.on("data", (text) => (printed += text))
        child.stderr.on("data", (text) => (printed += text))
        child.on("error", reject)
        child.on("close", (code) => {
          if (code === 0) folder = readFileSync(left, "utf8").trimEnd()
          resolve({ code, printed })
        })
      }),
    start: (command, ready) =>
      new Promise((resolve, reject) => {
        const child = shell(command)
        background.push(child)
        let printed = ""
        const listen = (text: Buffer) => {
          printed += text
          if (printed.includes(ready)) resolve()
        }
        child.stdout.on("data", listen)
        child.stderr.on("data", listen)
        child.on("error", reject)
        child.on("close", (code) => reject(new Error(`${command} ended (${code}): ${printed}`)))
      }),
    close: async () => {
      await Promise.all(
        background
          .filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null)
          .map((child) => {
            const closed = new Promise((resolve) => child.on("close", resolve))
            kill(child)
            return closed
          })
      )
    }
  }
}
