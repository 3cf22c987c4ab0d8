// The log goes to standard error, one line an entry, above whatever is drawn there.
import * as Cause from "effect/Cause"
import * as HashMap from "effect/HashMap"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import type { Level } from "../cli/Globals.ts"

const LEVELS: Readonly<Record<Level, LogLevel.LogLevel>> = {
  debug: LogLevel.Debug,
  info: LogLevel.Info,
  warning: LogLevel.Warning,
  error: LogLevel.Error,
  none: LogLevel.None
}

const word = (value: unknown): string => (typeof value === "string" ? value : (JSON.stringify(value) ?? String(value)))

const logger = (line: (text: string) => void) =>
  Logger.make(({ annotations, cause, date, logLevel, message }) => {
    const words = Array.isArray(message) ? message : [message]
    const facts = [...HashMap.entries(annotations)].map(([name, value]) => `${name}=${word(value)}`)
    const failure = Cause.isEmpty(cause) ? [] : [Cause.pretty(cause)]
    line([date.toISOString(), logLevel.label.toLowerCase(), ...words.map(word), ...facts, ...failure].join(" "))
  })

export const layer = (level: Level, line: (text: string) => void): Layer.Layer<never> =>
  Layer.merge(Logger.replace(Logger.defaultLogger, logger(line)), Logger.minimumLogLevel(LEVELS[level]))
