// The options that every command has, wherever they stand on the command line.
import * as Options from "@effect/cli/Options"
import * as Context from "effect/Context"
import * as Option from "effect/Option"
import * as Choice from "./Choice.ts"

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

export const options = Options.all({
  config: Options.text("config").pipe(
    Options.withPseudoName("FILE"),
    Options.withDescription("configuration; by default the nearest inlet.yaml upwards (INLET_CONFIG)"),
    Options.optional
  ),
  store: Options.text("store").pipe(
    Options.withPseudoName("FILE"),
    Options.withDescription("store; by default .inlet/inlet.db beside the configuration (INLET_STORE)"),
    Options.optional
  ),
  json: Options.boolean("json").pipe(
    Options.withDescription("JSON on standard output, and nothing else there; a line an item where it is a sequence")
  ),
  quiet: Options.boolean("quiet").pipe(Options.withDescription("no progress, and no word where all went well")),
  logLevel: Choice.option("log-level", LEVELS, parseLevel).pipe(
    Options.withDescription("how much the log tells; by default warning (INLET_LOG_LEVEL)"),
    Options.optional
  ),
  logFormat: Choice.option("log-format", FORMATS, parseFormat).pipe(
    Options.withDescription("by default text on a terminal, else JSON, a line an entry (INLET_LOG_FORMAT)"),
    Options.optional
  )
})

export interface Values {
  readonly config: Option.Option<string>
  readonly store: Option.Option<string>
  readonly json: boolean
  readonly quiet: boolean
  readonly logLevel: Option.Option<Level>
  readonly logFormat: Option.Option<Format>
}

export class Globals extends Context.Tag("@inlet/runner/Globals")<Globals, Values>() {}
