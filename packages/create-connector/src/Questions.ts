// What is asked for, in which order, and what is suggested: whoever asks has the same words, on whatever kind of terminal.
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Answers, type Given, type Key, problem } from "./Answers.ts"
import * as Names from "./Names.ts"
import { ScaffoldError } from "./ScaffoldError.ts"

/**
 * What is asked.
 *
 * @since 0.1.0
 */
export interface Question {
  readonly key: Key
  readonly text: string
  /** What there is to choose from, and what each means; the first one is suggested. */
  readonly choices?: ReadonlyArray<readonly [value: string, meaning: string]>
  /** What is taken unless told. */
  readonly suggestion: (given: Given) => string
}

/**
 * All questions in their order: a suggestion goes by the answers before it.
 *
 * @since 0.1.0
 */
export const questions: ReadonlyArray<Question> = [
  {
    key: "service",
    text: "Which service does it copy from?",
    suggestion: ({ name }) => (name === undefined ? "Example" : Names.serviceOf(name))
  },
  { key: "name", text: "Name of the package", suggestion: ({ service = "" }) => Names.packageOf(service) },
  {
    key: "baseUrl",
    text: "Address of its API",
    suggestion: ({ service = "" }) => `https://api.${Names.slug(service).replaceAll("-", "") || "example"}.com`
  },
  {
    key: "auth",
    text: "How do requests sign in?",
    choices: [
      ["bearer", "a token in the Authorization header"],
      ["header", "a key in a header of the service's own"],
      ["basic", "a user and a password"],
      ["oauth2", "OAuth2, in the browser"],
      ["none", "not at all"]
    ],
    suggestion: () => "bearer"
  },
  {
    key: "pages",
    text: "How does a list go on from page to page?",
    choices: [
      ["cursor", "a token in the body leads on"],
      ["link", "the Link header leads on"],
      ["page", "pages have numbers"],
      ["offset", "by the number of items before a page"],
      ["single", "not at all: all is on one page"]
    ],
    suggestion: () => "cursor"
  },
  { key: "stream", text: "What does it list?", suggestion: () => "items" }
]

/** How a command line tells an answer. @example flag("baseUrl") === "--base-url" */
export const flag = (key: Key): string => `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`

const refuse = (key: Key, message: string) =>
  new ScaffoldError({
    detail: `${flag(key)} ${message}.`,
    fix: key === "name" ? "A name such as inlet-connector-example will do." : "Give another one."
  })

/** Fails with what is wrong with an answer. */
const check = (given: Given): Effect.Effect<void, ScaffoldError> =>
  Effect.forEach(
    questions,
    ({ key }) => {
      const written = given[key]
      const message = written === undefined ? undefined : problem(key, written)
      return message === undefined ? Effect.void : refuse(key, message)
    },
    { discard: true }
  )

/**
 * Asks for everything that is not told yet. Fails where an answer will not do.
 *
 * @since 0.1.0
 */
export const complete = <E, R>(
  given: Given,
  ask: (question: Question, suggestion: string) => Effect.Effect<string, E, R>
): Effect.Effect<Answers, E | ScaffoldError, R> =>
  Effect.gen(function* () {
    yield* check(given)
    const answers: { [K in Key]?: string | undefined } = { ...given }
    for (const question of questions) {
      answers[question.key] ??= yield* ask(question, question.suggestion(answers))
    }
    yield* check(answers)
    return yield* Effect.orDie(Schema.decodeUnknown(Answers)(answers))
  })

/**
 * Asks nobody and takes what is suggested.
 *
 * @since 0.1.0
 */
export const suggested = (_: Question, suggestion: string): Effect.Effect<string> => Effect.succeed(suggestion)

/**
 * The end where nobody can be asked and something is not told; `command` is what was run.
 *
 * @since 0.1.0
 */
export const untold = (given: Given, command: string): ScaffoldError =>
  new ScaffoldError({
    detail: `There is no terminal to ask on, and these were not told: ${questions
      .filter(({ key }) => given[key] === undefined)
      .map(({ key }) => flag(key))
      .join(", ")}.`,
    fix: `Tell them, or take what is suggested: ${command} --yes`
  })
