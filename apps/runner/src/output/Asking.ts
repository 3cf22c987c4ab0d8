// Questions to whoever sits at the terminal. Where nobody does, a command has to be told everything by options.
import * as Prompt from "@effect/cli/Prompt"
import * as Terminal from "@effect/platform/Terminal"
import * as Effect from "effect/Effect"
import * as Setting from "../configuration/Setting.ts"
import { UsageError } from "./Failure.ts"
import { Output } from "./Output.ts"

/** Whether there is somebody to ask, on a terminal that can do what a question needs. */
export const isPossible: Effect.Effect<boolean, never, Output> = Effect.gen(function* () {
  const { json } = yield* Output
  const dumb = (yield* Setting.variable("TERM")) === "dumb"
  return process.stdin.isTTY === true && process.stdout.isTTY === true && !json && !dumb
})

/** What a command ends with that would have to ask. `fix` is a command that does not. */
export const refuse = (fix: string) => new UsageError({ detail: "There is no terminal to ask on.", fix })

// biome-ignore lint/suspicious/noControlCharactersInRegex: it begins with one.
const COLOURS = /\u001b\[[\d;]*m/g

/** The answer; without colours where there are to be none. Ctrl-C ends the command. */
export const ask = Effect.fnUntraced(function* <A>(prompt: Prompt.Prompt<A>) {
  const { paint } = yield* Output
  const terminal = yield* Terminal.Terminal
  const colourless = paint("bold", "") === ""
  const display = (text: string) => terminal.display(colourless ? text.replace(COLOURS, "") : text)
  return yield* Effect.provideService(Prompt.run(prompt), Terminal.Terminal, { ...terminal, display }).pipe(
    Effect.catchTag("QuitException", () => Effect.zipRight(Effect.orDie(terminal.display("\n")), Effect.interrupt))
  )
})
