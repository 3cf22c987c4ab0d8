// Values of which there are only some; any other is refused with those there are, and the nearest.
import * as HelpDoc from "@effect/cli/HelpDoc"
import * as Options from "@effect/cli/Options"
import * as ValidationError from "@effect/cli/ValidationError"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { didYouMean } from "./Suggest.ts"

/** What `parse` makes of what is written. `taker` is who takes it: `--outcome`. */
export const choose =
  <A>(taker: string, choices: ReadonlyArray<string>, parse: (written: string) => Option.Option<A>) =>
  (written: string): Effect.Effect<A, HelpDoc.HelpDoc> =>
    Effect.mapError(parse(written), () =>
      HelpDoc.p(`${taker} takes one of ${choices.join(", ")}; "${written}" is none.${didYouMean(written, choices)}`)
    )

export const among =
  <const C extends ReadonlyArray<string>>(choices: C) =>
  (written: string): Option.Option<C[number]> =>
    Option.fromNullable(choices.find((choice): choice is C[number] => choice === written))

/** An option that takes one of some words, which stand for its value in help. */
export const option = <A>(name: string, choices: ReadonlyArray<string>, parse: (written: string) => Option.Option<A>) =>
  Options.text(name).pipe(
    Options.withPseudoName(choices.join("|")),
    Options.mapEffect((written) =>
      Effect.mapError(choose(`--${name}`, choices, parse)(written), ValidationError.invalidValue)
    )
  )
