// Pieces for a connector's configuration, with messages that never repeat what was given.
import { Buffer } from "node:buffer"
import { createPrivateKey } from "node:crypto"
import * as Either from "effect/Either"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import { isPrivate } from "./Private.ts"

/**
 * The address of a service: `https`, or plain `http` to a loopback host; without credentials, query or fragment.
 *
 * @since 0.1.0
 */
export const Address = Schema.transformOrFail(Schema.String, Schema.instanceOf(URL), {
  strict: true,
  decode: (text, _, ast) => {
    const problem = (message: string) => Either.left(new ParseResult.Type(ast, text, message))
    if (!URL.canParse(text)) return problem("is no address; expected one such as https://api.example.com")
    const url = new URL(text)
    if (url.username !== "" || url.password !== "") return problem("must not hold credentials")
    if (url.search !== "" || url.hash !== "") return problem("must not hold a query or a fragment")
    if (isPrivate(url)) return Either.right(url)
    return problem("must begin with https:// (plain http is accepted for loopback hosts only)")
  },
  encode: (url) => Either.right(url.href)
}).annotations({ description: "An https address; plain http for loopback hosts only." })

/**
 * An optional member for the service's address.
 *
 * @since 0.1.0
 */
export const baseUrl = (normally: string) => {
  const url = Schema.decodeSync(Address)(normally)
  return Schema.optionalWith(Address, { exact: true, default: () => url })
}

/**
 * A token, key or password: one line of visible ASCII, as a header can carry it. Read it with `Redacted.value` where it is sent, nowhere else.
 *
 * @since 0.1.0
 */
export const secret = Schema.Redacted(
  Schema.String.annotations({ message: () => "must be a text" }).pipe(
    Schema.filter((text) => /^[\x21-\x7e]+$/.test(text), {
      message: () => "must be one line without spaces or unusual characters"
    })
  )
)

/** The PEM in what was given: itself, with its line breaks written as `\n`, or all of it in base64. */
const pem = (text: string): string => {
  const plain = text.includes("-----BEGIN") ? text : Buffer.from(text, "base64").toString("latin1")
  return `${plain.replaceAll("\\n", "\n").trim()}\n`
}

const isRsa = (text: string): boolean => {
  try {
    return createPrivateKey(text).asymmetricKeyType === "rsa"
  } catch {
    return false
  }
}

const Pem = Schema.transformOrFail(Schema.String.annotations({ message: () => "must be a text" }), Schema.String, {
  strict: true,
  decode: (text, _, ast) => {
    const key = pem(text)
    const problem =
      "must be a private RSA key in PEM, without a passphrase: with its line breaks, with \\n in their place, or all of it in base64"
    return isRsa(key) ? Either.right(key) : Either.left(new ParseResult.Type(ast, text, problem))
  },
  encode: Either.right
})

/**
 * A private RSA key as a service hands it out, a PEM file of PKCS#1 or PKCS#8. It may be given with its line breaks, with
 * `\n` in their place, or all of it in base64, as one line of an environment has to be; it is read as a plain PEM.
 *
 * @since 0.1.0
 */
export const privateKey = Schema.Redacted(Pem)
