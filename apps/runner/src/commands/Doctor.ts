// `inlet doctor`: whether what a run needs is there and works, line by line, each failure with its fix. Changes nothing.
import { RunError } from "@inlet/core"
import * as Effect from "effect/Effect"
import * as Connectors from "../configuration/Connectors.ts"
import * as Examination from "../doctor/Examination.ts"
import type { Finding } from "../doctor/Finding.ts"
import { Output } from "../output/Output.ts"
import { clean } from "../output/Table.ts"
import * as Wrap from "../output/Wrap.ts"

export interface Options {
  readonly offline: boolean
}

const STYLES = { ok: "green", warning: "yellow", failure: "red", skipped: "bold" } as const

/** Columns of the word that a line begins with, and how many there are for the rest at least. */
const MARK = 9
const LEAST = 24

const show = Effect.fnUntraced(function* ({ check, fix, message, source, status }: Finding) {
  const output = yield* Output
  const paragraphs = `${source === null ? check : `${check} ${source}`}: ${message}`.split("\n")
  if (fix !== null) paragraphs.push(`next: ${fix}`)
  const width = Math.max(LEAST, output.columns - MARK)
  const lines = paragraphs.flatMap((paragraph) => Wrap.words(clean(paragraph), width, "  "))
  const mark = output.paint(STYLES[status], status) + " ".repeat(MARK - status.length)
  yield* output.write(lines.map((line, index) => `${index === 0 ? mark : " ".repeat(MARK)}${line}\n`).join(""))
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
