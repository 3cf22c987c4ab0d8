// A broken law as its author reads of it: what was expected, what came, the smallest example, and what to do. Keys of records
// may be shown, other values of theirs may not.
import type { Law } from "./Laws.ts"

/**
 * A broken law.
 *
 * @since 0.1.0
 */
export interface Violation {
  readonly law: Law
  /** Null where it is one of the connector as a whole. */
  readonly stream: string | null
  /** Several lines: the law, what was expected, what came, an example, and what to do. */
  readonly message: string
}

export interface Finding {
  readonly expected: string
  readonly came: string
  /** One record, page or request. */
  readonly example?: string
  readonly todo: string
}

export const make = (law: Law, stream: string | null, { came, example, expected, todo }: Finding): Violation => ({
  law,
  stream,
  message: [
    `${law}${stream === null ? "" : `, stream ${stream}`}: ${came}`,
    `  expected: ${expected}`,
    ...(example === undefined ? [] : [`  example: ${example}`]),
    `  what to do: ${todo}`
  ].join("\n")
})
