// SHA-256 everywhere: raw pages, bodies, rows and the chain of events name themselves by their content.
import { hash } from "node:crypto"

/** SHA-256 of text (as UTF-8) or bytes, in lower-case hexadecimal (64 characters). */
export const sha256 = (content: string | Uint8Array): string => hash("sha256", content)

/** The first 128 bits of the SHA-256 as bytes: enough to tell rows apart, half the space in a cache. */
export const sha256Half = (content: string): Uint8Array => hash("sha256", content, "buffer").subarray(0, 16)
