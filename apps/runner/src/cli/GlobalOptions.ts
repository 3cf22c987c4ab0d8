// The options that every command has, wherever they stand on the command line.
import * as Options from "@effect/cli/Options"
import * as Choice from "./Choice.ts"
import { FORMATS, LEVELS, parseFormat, parseLevel } from "./Globals.ts"

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
