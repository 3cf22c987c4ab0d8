// `inlet connector new`: the package of a new connector, asked for on a terminal or told by options.
import { relative } from "node:path"
import * as Prompt from "@effect/cli/Prompt"
import { complete, create, problem, type Question, questions, suggested, untold } from "@inlet/create-connector"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Record from "effect/Record"
import * as Asking from "../../output/Asking.ts"
import { UsageError } from "../../output/Failure.ts"
import { Output } from "../../output/Output.ts"

type Text = Option.Option<string>

export interface Options {
  readonly name: Text
  readonly service: Text
  readonly baseUrl: Text
  readonly auth: Text
  readonly pages: Text
  readonly stream: Text
  readonly dir: Text
  readonly yes: boolean
}

const prompt = ({ choices, key, text }: Question, suggestion: string) =>
  choices === undefined
    ? Prompt.text({
        message: text,
        default: suggestion,
        validate: (written) => {
          const wrong = problem(key, written)
          return wrong === undefined ? Effect.succeed(written) : Effect.fail(wrong)
        }
      })
    : Prompt.select({
        message: text,
        choices: choices.map(([value, meaning]) => ({ title: value, value, description: meaning }))
      })

export const run = Effect.fnUntraced(
  function* ({ dir, yes, ...told }: Options) {
    const output = yield* Output
    const given = Record.getSomes({ ...told })
    const terminal = !yes && (yield* Asking.isPossible)
    if (!terminal && !yes && questions.some(({ key }) => given[key] === undefined)) {
      return yield* untold(given, "inlet connector new")
    }
    const answers = yield* complete(given, (question, suggestion) =>
      terminal ? Asking.ask(prompt(question, suggestion)) : suggested(question, suggestion)
    )
    const { files, folder } = yield* create(answers, Option.getOrUndefined(dir))
    if (output.json) yield* output.item({ name: answers.name, folder, files: files.map(({ path }) => path) })
    const here = relative(process.cwd(), folder)
    yield* output.say(`Wrote ${files.length} files to ${folder}.`)
    yield* output.say(`Next: ${here === "" ? "" : `cd ${here} && `}npm install && npm test`)
    return 0
  },
  Effect.catchTag("ScaffoldError", ({ detail, fix }) => new UsageError({ detail, fix }))
)
