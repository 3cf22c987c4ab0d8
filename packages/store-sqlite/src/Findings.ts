// Gathers what a check finds. Where everything is wrong, some of it says enough.
import type { Archive, EventStore } from "@inlet/core"
import type * as Effect from "effect/Effect"

const MOST = 50

const nobody = { pipeline: null, run: null, event: null, batch: null }

/** A thing that is wrong, without what it does not concern. */
export type Wrong = Pick<Archive.Finding, "message"> & { readonly fix: string } & Partial<
    Pick<Archive.Finding, keyof typeof nobody>
  >

export interface Findings {
  readonly add: (wrong: Wrong) => void
  /** How many there were. */
  readonly count: () => number
  readonly kept: () => ReadonlyArray<Wrong>
}

export const make = (): Findings => {
  const kept: Array<Wrong> = []
  let count = 0
  return {
    add: (wrong) => {
      count += 1
      if (count <= MOST) kept.push(wrong)
    },
    count: () => count,
    kept: () => kept
  }
}

/** What a check comes to, and what it looked at. */
export interface Outcome {
  readonly findings: Findings
  readonly summary: string
}

export type Checking = Effect.Effect<Outcome, EventStore.StoreError>

/** The result of a check and what it found, as they are told. */
export const tell = (
  check: Archive.CheckName,
  { findings: { count, kept }, summary }: Outcome
): ReadonlyArray<Archive.Finding> => {
  const more = count() - kept().length
  const message = more === 0 ? summary : `${summary}; ${more} findings more than are told here`
  return [
    { check, ok: count() === 0, message, fix: null, ...nobody },
    ...kept().map((wrong) => ({ check, ok: false, ...nobody, ...wrong }))
  ]
}
