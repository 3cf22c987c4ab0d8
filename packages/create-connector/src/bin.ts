// `npm create @inlet/connector`: words and answers in, a package and an exit code out.
import { relative } from "node:path"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as CommandLine from "./CommandLine.ts"
import { create } from "./Create.ts"
import * as Questions from "./Questions.ts"
import type { ScaffoldError } from "./ScaffoldError.ts"
import * as Terminal from "./Terminal.ts"

const main = Effect.gen(function* () {
  const { dir, given, help, yes } = yield* CommandLine.parse(process.argv.slice(2))
  if (help) return CommandLine.usage
  const terminal = process.stdin.isTTY === true && process.stderr.isTTY === true && !yes
  const ask = terminal ? yield* Terminal.make : Questions.suggested
  const untold = Questions.questions.some(({ key }) => given[key] === undefined)
  if (!terminal && !yes && untold) return yield* Questions.untold(given, CommandLine.COMMAND)
  const { files, folder } = yield* create(yield* Questions.complete(given, ask), dir)
  const here = relative(process.cwd(), folder)
  const enter = here === "" ? "" : `  cd ${here}\n`
  return `Wrote ${files.length} files to ${folder}.\n\nNext:\n${enter}  npm install\n  npm test\n\nThen make src/index.ts yours; README.md says how to go on.\n`
}).pipe(Effect.scoped)

const told = ({ detail, fix }: ScaffoldError) => `error: ${detail}\n  kept: Nothing was changed.\n  next: ${fix}\n`

const exit = await Effect.runPromiseExit(main)
if (Exit.isSuccess(exit)) {
  process.stdout.write(exit.value)
} else if (Cause.isFailType(exit.cause)) {
  process.stderr.write(told(exit.cause.error))
  process.exitCode = 2
} else if (Cause.isInterruptedOnly(exit.cause)) {
  process.exitCode = 130
} else {
  process.stderr.write(`A bug of ours: ${Cause.pretty(exit.cause)}\n`)
  process.exitCode = 1
}
