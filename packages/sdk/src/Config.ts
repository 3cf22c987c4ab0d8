// Pieces for a connector's configuration, with messages that never repeat what was given.
import * as Either from "effect/Either"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/

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
    if (url.protocol === "https:" || (url.protocol === "http:" && LOOPBACK.test(url.hostname))) return Either.right(url)
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
