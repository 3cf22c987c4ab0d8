// What makes the package of a new connector, for `npm create @inlet/connector` and `inlet connector new`.
export type { Answers, Given, Key } from "./Answers.ts"
export { problem } from "./Answers.ts"
export { type Created, create } from "./Create.ts"
export { complete, type Question, questions, suggested, untold } from "./Questions.ts"
export { type File, type Rights, scaffold } from "./Scaffold.ts"
export { ScaffoldError } from "./ScaffoldError.ts"
