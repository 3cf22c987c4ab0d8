// From answers to a folder with a package in it.
import { execFile } from "node:child_process"
import { resolve } from "node:path"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { Answers } from "./Answers.ts"
import * as Folder from "./Folder.ts"
import { type File, scaffold } from "./Scaffold.ts"

/**
 * What was written.
 *
 * @since 0.1.0
 */
export interface Created {
  /** Absolute. */
  readonly folder: string
  readonly files: ReadonlyArray<File>
}

/** Who commits here, as git knows it; whoever writes the package where it does not. */
const holder = ({ name }: Answers) =>
  Effect.async<string>((resume) => {
    execFile("git", ["config", "user.name"], (error, stdout) => {
      const known = error === null ? stdout.trim() : ""
      resume(Effect.succeed(known === "" ? `The authors of ${name}` : known))
    })
  })

/**
 * Writes the package into `dir`, or into a folder of its own name here. Fails where there is something in it already.
 *
 * @since 0.1.0
 */
export const create = Effect.fnUntraced(function* (answers: Answers, dir?: string) {
  const now = yield* Clock.currentTimeMillis
  const files = scaffold(answers, { holder: yield* holder(answers), year: new Date(now).getUTCFullYear() })
  const folder = resolve(dir ?? answers.name.split("/").at(-1) ?? answers.name)
  yield* Folder.write(folder, files)
  const created: Created = { folder, files }
  return created
})
