// `inlet doctor`: whether what a run needs is there and works, line by line, each failure with its fix. Changes nothing.
import { RunError } from "@inlet/core"
import * as Effect from "effect/Effect"
import * as Connectors from "../configuration/Connectors.ts"
import * as Examination from "../doctor/Examination.ts"
import type { Finding } from "../doctor/Finding.ts"
import { Output } from "../output/Output.ts"
import { clean } from "../output/Table.ts"

export interface Options {
  readonly offline: boolean
}

const STYLES = { ok: "green", warning: "yellow", failure: "red", skipped: "bold" } as const

const show = Effect.fnUntraced(function* ({ check, fix, message, source, status }: Finding) {
  const output = yield* Output
  const [first = "", ...rest] = message.split("\n")
  const subject = source === null ? check : `${check} ${source}`
  yield* output.say(`${output.paint(STYLES[status], status.padEnd(7))}  ${subject}: ${clean(first)}`)
  for (const line of rest) yield* output.say(`         ${clean(line)}`)
  if (fix !== null) yield* output.say(`         next: ${clean(fix)}`)
})

export const run = Effect.fnUntraced(function* ({ offline }: Options) {
  const output = yield* Output
  const exits: Array<number> = []
  yield* Examination.examine(offline, (findings) =>
    Effect.forEach(
      findings,
      (finding) => {
        const { exit, ...told } = finding
        exits.push(exit)
        return output.json ? output.item(told) : show(finding)
      },
      { discard: true }
    )
  )
  return RunError.worst(exits)
}, Effect.provide(Connectors.layer))
