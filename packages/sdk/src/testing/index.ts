// The conformance kit for tests by vitest. What needs no test runner is at `@inlet/sdk/conformance`.
export * from "./conformance.ts"
export { testConnector } from "./TestConnector.ts"
