// What every command may rely on, and what it may end with.
import type * as FileSystem from "@effect/platform/FileSystem"
import type * as Path from "@effect/platform/Path"
import type * as Terminal from "@effect/platform/Terminal"
import type * as Failure from "../output/Failure.ts"
import type { Output, OutputClosed } from "../output/Output.ts"
import type * as Globals from "./Globals.ts"

/** What a command may end with instead of an exit code. */
export type Problem = Failure.Expected | OutputClosed

/** What a command finds around it. */
export type Environment = Output | Globals.Globals | FileSystem.FileSystem | Path.Path | Terminal.Terminal
