// `${NAME}` in the configuration: a reference to the environment, so that a secret never has to stand in the file.
import type { Path } from "./Path.ts"

export interface Resolved {
  readonly value: unknown
  /** References whose variable is not set, or empty. */
  readonly missing: ReadonlyArray<{ readonly path: Path; readonly name: string }>
}

const REFERENCE = /\$\{([^}]*)\}/g

/** Whether a value as written holds a reference. */
export const isReference = (written: unknown): boolean => typeof written === "string" && /\$\{[^}]*\}/.test(written)

/** Puts the variables in the place of all references, at any depth. */
export const resolve = (
  written: unknown,
  variable: (name: string) => string | undefined,
  path: Path = []
): Resolved => {
  if (typeof written === "string") {
    const missing: Array<Resolved["missing"][number]> = []
    const value = written.replace(REFERENCE, (_, name: string) => {
      const found = variable(name)
      if (found === undefined || found === "") missing.push({ path, name })
      return found ?? ""
    })
    return { value, missing }
  }
  if (Array.isArray(written)) {
    const items = written.map((item, index) => resolve(item, variable, [...path, index]))
    return { value: items.map(({ value }) => value), missing: items.flatMap(({ missing }) => missing) }
  }
  if (typeof written === "object" && written !== null) {
    const members = Object.entries(written).map(
      ([key, member]) => [key, resolve(member, variable, [...path, key])] as const
    )
    return {
      value: Object.fromEntries(members.map(([key, { value }]) => [key, value])),
      missing: members.flatMap(([, { missing }]) => missing)
    }
  }
  return { value: written, missing: [] }
}
