// Every command, doing well and failing in each way that can be provoked: one line a case, in an order in which one leaves what
// the next needs.
import { BEGINNING, COLLECTING, RECORDING, SHELL, SIGNING_IN } from "./cases/Beginning.ts"
import type { Case } from "./cases/Case.ts"
import { COPYING } from "./cases/Copying.ts"
import { ERASING, KEEPING, LOOKING, MENDING } from "./cases/Looking.ts"
import { MISTAKES } from "./cases/Mistakes.ts"

export interface Group {
  readonly cases: ReadonlyArray<Case>
  /** Whether they run side by side: none of them sets the services, or leaves anything that another one finds. */
  readonly together: boolean
}

const together = (cases: ReadonlyArray<Case>): Group => ({ cases, together: true })
const inOrder = (...cases: ReadonlyArray<Case>): Group => ({ cases, together: false })

export const GROUPS: ReadonlyArray<Group> = [
  together(SHELL),
  inOrder(...BEGINNING, ...SIGNING_IN, ...COPYING),
  together(LOOKING),
  inOrder(...COLLECTING, ...RECORDING, ...MENDING, ...KEEPING),
  together(MISTAKES)
]

/** What leaves nothing. */
export const FAREWELL: Group = inOrder(...ERASING)
