// Runs the built program on a real terminal of a given size, and tells what that terminal shows.
import { existsSync } from "node:fs"
import { tmpdir } from "node:os"
import type * as Pty from "@lydell/node-pty"
import xterm from "@xterm/headless"
import * as Effect from "effect/Effect"
import { bin, built } from "./Inlet.ts"

export interface Options {
  readonly columns: number
  readonly rows?: number
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  /** Called with what was written so far, for tests that act while it runs. */
  readonly seen?: (written: string, on: Terminal) => void
}

/** What a test may do at it. */
export interface Terminal {
  /** What the person types. */
  readonly type: (keys: string) => void
  readonly signal: (name: string) => void
  readonly resize: (columns: number, rows: number) => void
}

export interface Shown {
  readonly code: number
  /** Everything that was written, with its control sequences. */
  readonly written: string
  /** The lines that the terminal shows in the end, those that were scrolled away included. */
  readonly lines: ReadonlyArray<string>
  /** Whether the cursor can be seen. */
  readonly cursor: boolean
}

/** Whether there is a colour, or bold, in what was written. */
export const isColoured = (written: string): boolean =>
  written
    .split("\u001b[")
    .slice(1)
    .some((rest) => /^[\d;]*m/.test(rest))

const pty: Promise<typeof Pty | undefined> = import("@lydell/node-pty").catch(() => undefined)

/** There is none on platforms that nobody has built it for. */
export const isThere: boolean = (await pty) !== undefined

const SCROLLBACK = 100_000

const linesOf = ({ buffer }: xterm.Terminal): ReadonlyArray<string> => {
  const { active } = buffer
  const lines = Array.from({ length: active.length }, (_, row) => active.getLine(row)?.translateToString(true) ?? "")
  return lines.slice(0, lines.findLastIndex((line) => line !== "") + 1)
}

/** The program on a terminal, until it ends. */
export const onTerminal = (
  args: ReadonlyArray<string>,
  { columns, cwd = tmpdir(), env = {}, rows = 40, seen }: Options
): Effect.Effect<Shown> =>
  Effect.gen(function* () {
    const there = yield* Effect.promise(() => pty)
    if (there === undefined) return yield* Effect.dieMessage("there is no pseudo-terminal for this platform")
    if (!existsSync(built)) return yield* Effect.dieMessage("apps/runner is not built: run npm run build first")
    return yield* Effect.async<Shown>((resume) => {
      const screen = new xterm.Terminal({ cols: columns, rows, scrollback: SCROLLBACK, allowProposedApi: true })
      const child = there.spawn(process.execPath, [bin, ...args], {
        cols: columns,
        rows,
        cwd,
        env: { PATH: process.env.PATH ?? "", HOME: tmpdir(), TERM: "xterm-256color", ...env }
      })
      let written = ""
      child.onData((text) => {
        written += text
        screen.write(text)
        seen?.(written, {
          type: (keys) => child.write(keys),
          signal: (name) => child.kill(name),
          resize: (columns, rows) => {
            child.resize(columns, rows)
            screen.resize(columns, rows)
          }
        })
      })
      child.onExit(({ exitCode }) => {
        screen.write("", () => {
          const hidden = written.lastIndexOf("\u001b[?25l") > written.lastIndexOf("\u001b[?25h")
          resume(Effect.succeed({ code: exitCode, written, lines: linesOf(screen), cursor: !hidden }))
        })
      })
      return Effect.sync(() => child.kill("SIGKILL"))
    })
  })
