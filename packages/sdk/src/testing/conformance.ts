// The kit without a test runner: laws, cassettes and how they are made.
export * as Cassette from "./Cassette.ts"
export { check } from "./Check.ts"
export { type FromPages, fromPages, type RecordedPage } from "./FromPages.ts"
export { type Law, laws } from "./Laws.ts"
export type { Meant, Options } from "./Options.ts"
export { type RecordOptions, record } from "./Record.ts"
export type { Keeping } from "./Rehearsal.ts"
export type { Violation } from "./Violation.ts"
