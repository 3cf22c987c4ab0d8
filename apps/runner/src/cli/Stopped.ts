// Whether a signal has asked this process to end, and the exit code that tells so.
import * as Context from "effect/Context"

export class Stopped extends Context.Reference<Stopped>()("@inlet/runner/Stopped", {
  defaultValue: (): (() => number | undefined) => () => undefined
}) {}
