// Asks on a terminal, line by line.
import { createInterface } from "node:readline/promises"
import * as Effect from "effect/Effect"
import { problem } from "./Answers.ts"
import type { Question } from "./Questions.ts"

/** What was meant: a choice may be told by its number. */
const meant = ({ choices }: Question, written: string, suggestion: string): string =>
  written === "" ? suggestion : (choices?.[Number(written) - 1]?.[0] ?? written)

const shown = ({ choices = [], text }: Question, suggestion: string): string => {
  const width = Math.max(...choices.map(([value]) => value.length))
  const lines = choices.map(([value, meaning], index) => `  ${index + 1}  ${value.padEnd(width)}  ${meaning}\n`)
  return choices.length === 0 ? `${text} (${suggestion}) ` : `${text}\n${lines.join("")}  (${suggestion}) `
}

/** A terminal that questions are put to, until the scope ends. The end of input is an interruption. */
export const make = Effect.gen(function* () {
  const lines = yield* Effect.acquireRelease(
    Effect.sync(() => createInterface({ input: process.stdin, output: process.stderr })),
    (lines) => Effect.sync(() => lines.close())
  )
  const ask = (text: string) =>
    Effect.async<string>((resume) => {
      const closed = () => resume(Effect.interrupt)
      lines.once("close", closed)
      lines.question(text).then(
        (answer) => {
          lines.off("close", closed)
          resume(Effect.succeed(answer.trim()))
        },
        () => resume(Effect.interrupt)
      )
    })
  return (question: Question, suggestion: string): Effect.Effect<string> =>
    Effect.gen(function* () {
      for (;;) {
        const answer = meant(question, yield* ask(shown(question, suggestion)), suggestion)
        const wrong = problem(question.key, answer)
        if (wrong === undefined) return answer
        process.stderr.write(`  ${wrong}\n`)
      }
    })
})
