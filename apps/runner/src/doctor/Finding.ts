// What a check found: one line of what the doctor says.
import * as Failure from "../output/Failure.ts"

/** What is checked; a public contract, as the names of spans are. */
export type Check =
  | "configuration"
  | "connector"
  | "store"
  | "disk"
  | "key"
  | "traces"
  | "databox"
  | "datasets"
  | "source"
  | "collector"
  | "clock"

export interface Finding {
  readonly check: Check
  /** The source that it is about. */
  readonly source: string | null
  readonly status: "ok" | "warning" | "failure" | "skipped"
  readonly message: string
  readonly fix: string | null
  /** Of a failure: the stable code of the error that a run would end with. */
  readonly code: string | null
  /** Of a failure: how a command would end on it. */
  readonly exit: number
}

/** Says what a check found, of a source where there is one. */
export const about = (check: Check, source: string | null = null) => {
  const found = (
    status: Finding["status"],
    message: string,
    { code = null, exit = 0, fix = null }: Partial<Pick<Finding, "code" | "exit" | "fix">> = {}
  ): Finding => ({ check, source, status, message, fix, code, exit })
  return {
    ok: (message: string) => found("ok", message),
    /** Works, and somebody should know. */
    warning: (message: string, fix: string) => found("warning", message, { fix }),
    /** Not looked at, and why. */
    skipped: (why: string) => found("skipped", why),
    failure: (message: string, how: { readonly code: string; readonly exit: number; readonly fix: string }) =>
      found("failure", message, how),
    /** What a run would end with; in the place of what to do about it then, `fix`. */
    failed: (
      error: Failure.Expected,
      { login = false, fix }: { readonly login?: boolean; readonly fix?: string } = {}
    ) => {
      const context = source === null ? { reference: null } : { reference: null, source, login }
      const { exit, failure } = Failure.describe(error, context)
      return found("failure", failure.message, { code: failure.code, exit, fix: fix ?? failure.fix })
    }
  }
}

/** Why what needs the network is left out. */
export const OFFLINE = "not asked (--offline)"

/** Why something cannot be looked at. */
export const after = (what: string) => `not looked at, since ${what} is not in order`
