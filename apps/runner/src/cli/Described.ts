// All commands as plain data. The build puts the data in the place of this module (build.mjs): so a help text needs neither the
// definitions nor @effect/cli.
import { tree } from "./Commands.ts"
import { describe, optionsOf } from "./Describe.ts"
import type { Description, Option } from "./Description.ts"
import * as GlobalOptions from "./GlobalOptions.ts"

export const inlet: Description = describe(tree)

/** The options of every command. */
export const everywhere: ReadonlyArray<Option> = optionsOf(GlobalOptions.options)
