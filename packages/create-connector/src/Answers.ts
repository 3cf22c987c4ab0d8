// What has to be known of a connector before there is one, and which answers will do.
import { Config, Manifest } from "@inlet/sdk"
import * as Either from "effect/Either"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import * as Names from "./Names.ts"

const rule = (holds: (text: string) => boolean, message: string) =>
  Schema.String.pipe(Schema.filter(holds, { message: () => message }))

const oneOf = <const C extends ReadonlyArray<string>>(choices: C) =>
  Schema.Literal(...choices).annotations({
    message: () => ({ message: `takes one of ${choices.join(", ")}`, override: true })
  })

const isAddress = (text: string) =>
  Either.match(Schema.decodeUnknownEither(Config.Address)(text), {
    onLeft: () => false,
    onRight: ({ hostname }) => Schema.is(Manifest.Host)(hostname)
  })

/**
 * What has to be known of a connector to make its package.
 *
 * @since 0.1.0
 */
export const Answers = Schema.Struct({
  /** The service's name, for people. */
  service: rule(
    (text) => /^[\p{L}\p{N}][\p{L}\p{N} .&+_-]{0,59}$/u.test(text),
    "takes a name of at most 60 letters, digits, spaces and . & + _ -"
  ),
  /** The package's name. */
  name: rule(
    Names.isPackage,
    "takes a name that npm does: lower-case letters, digits and - . _, with @scope/ in front or without"
  ),
  baseUrl: rule(
    isAddress,
    "takes an address such as https://api.example.com, without credentials, query or fragment; plain http to this computer only"
  ),
  /** As a manifest tells it. */
  auth: oneOf(["none", "bearer", "header", "basic", "oauth2"]),
  /** As `Pages` of the sdk names it. */
  pages: oneOf(["link", "page", "offset", "cursor", "single"]),
  /** The stream's name. */
  stream: rule(
    (text) => /^[a-z][a-z0-9_]{0,59}$/.test(text),
    "takes a name in lower snake case such as pull_requests, of at most 60 letters"
  )
})
/**
 * The answers to all questions.
 *
 * @since 0.1.0
 */
export type Answers = typeof Answers.Type

/**
 * What an answer is about.
 *
 * @since 0.1.0
 */
export type Key = keyof Answers

/**
 * What is told of the answers, as it was written.
 *
 * @since 0.1.0
 */
export type Given = { readonly [K in Key]?: string | undefined }

/**
 * Why an answer will not do, as the rest of a sentence about it; undefined where it will.
 *
 * @since 0.1.0
 */
export const problem = (key: Key, written: string): string | undefined => {
  const field: Schema.Schema.AnyNoContext = Answers.fields[key]
  return Either.match(Schema.decodeUnknownEither(field)(written), {
    onLeft: (error) => ParseResult.ArrayFormatter.formatErrorSync(error)[0]?.message,
    onRight: () => undefined
  })
}
