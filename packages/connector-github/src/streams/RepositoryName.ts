// Which repository a record belongs to, where GitHub tells it by an address only.
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"

/** A text out of an address that matches; `example` encodes it again. */
const part = (pattern: RegExp, example: (text: string) => string) =>
  Schema.transformOrFail(Schema.String, Schema.String, {
    strict: true,
    decode: (url, _, ast) => {
      const [, text] = pattern.exec(url) ?? []
      return text === undefined ? ParseResult.fail(new ParseResult.Type(ast, url)) : ParseResult.succeed(text)
    },
    encode: (text) => ParseResult.succeed(example(text))
  })

/** `owner/name` out of the address of a repository, or of something in it. */
export const RepositoryName = part(/\/repos\/([^/]+\/[^/]+)(?:\/|$)/, (name) => `https://api.github.com/repos/${name}`)

const Digits = part(/\/(\d+)$/, (number) => `https://api.github.com/repos/acme/app/issues/${number}`)

/** The number with which an address ends. */
export const LastNumber = Schema.compose(Digits, Schema.NumberFromString)
