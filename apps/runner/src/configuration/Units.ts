// Sizes and spans of time as people write them in the configuration: 8MB, 30s, 90d.
import * as Duration from "effect/Duration"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"

const SIZES = { B: 1, KB: 1e3, MB: 1e6, GB: 1e9, KIB: 2 ** 10, MIB: 2 ** 20, GIB: 2 ** 30 } as const
const SPANS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const

const measure = (text: string, units: Readonly<Record<string, number>>): number | undefined => {
  const [, amount, unit = ""] = /^(\d+(?:\.\d+)?)\s*([A-Za-z]+)$/.exec(text.trim()) ?? []
  const factor = units[unit]
  return amount === undefined || factor === undefined ? undefined : Math.round(Number(amount) * factor)
}

/** Bytes of "8MB", "512KiB" … */
export const parseSize = (text: string): number | undefined => measure(text.toUpperCase(), SIZES)

/** Milliseconds of "30s", "15m", "90d" … */
export const parseSpan = (text: string): number | undefined => measure(text, SPANS)

const reading = (what: string, text: Schema.Schema<string>, parse: (text: string) => number | undefined) =>
  Schema.transformOrFail(text, Schema.Number, {
    strict: true,
    decode: (written, _, ast) => {
      const value = parse(written)
      return value === undefined
        ? ParseResult.fail(new ParseResult.Type(ast, written, `expected ${what}`))
        : ParseResult.succeed(value)
    },
    encode: (value) => ParseResult.succeed(String(value))
  })

/** Written as "8MB"; decoded to bytes. */
export const Size = reading(
  "a size like 8MB",
  Schema.String.annotations({ jsonSchema: { type: "string", pattern: "^\\d+(\\.\\d+)? ?([KMG]i?)?B$" } }),
  parseSize
)

/** Written as "30s" or "90d"; decoded to a Duration. */
export const Span = Schema.transform(
  reading(
    "a time span like 30s, 15m or 90d",
    Schema.String.annotations({ jsonSchema: { type: "string", pattern: "^\\d+(\\.\\d+)? ?(ms|s|m|h|d|w)$" } }),
    parseSpan
  ),
  Schema.DurationFromSelf,
  { strict: true, decode: (millis) => Duration.millis(millis), encode: (span) => Duration.toMillis(span) }
)
