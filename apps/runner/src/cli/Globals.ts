// What the options of every command say. How they are written is elsewhere, since that loads @effect/cli.
import * as Context from "effect/Context"
import * as Option from "effect/Option"

export const LEVELS = ["debug", "info", "warning", "error", "none"] as const
export type Level = (typeof LEVELS)[number]

const isLevel = (text: string): text is Level => LEVELS.some((level) => level === text)

/** Text as a log level. */
export const parseLevel = (text: string): Option.Option<Level> =>
  Option.liftPredicate(isLevel)(text.toLowerCase() === "warn" ? "warning" : text.toLowerCase())

export const FORMATS = ["text", "json"] as const
export type Format = (typeof FORMATS)[number]

const isFormat = (text: string): text is Format => FORMATS.some((format) => format === text)

/** Text as a form of the log. */
export const parseFormat = (text: string): Option.Option<Format> => Option.liftPredicate(isFormat)(text.toLowerCase())

export interface Values {
  readonly config: Option.Option<string>
  readonly store: Option.Option<string>
  readonly json: boolean
  readonly quiet: boolean
  readonly logLevel: Option.Option<Level>
  readonly logFormat: Option.Option<Format>
}

export class Globals extends Context.Tag("@inlet/runner/Globals")<Globals, Values>() {}
