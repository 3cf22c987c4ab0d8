// SHA-256 everywhere: raw pages, bodies, rows and the chain of events name themselves by their content.
import { createHash } from "node:crypto"

/** SHA-256 of text (as UTF-8) or bytes, in lower-case hexadecimal (64 characters). */
export const sha256 = (content: string | Uint8Array): string => createHash("sha256").update(content).digest("hex")

/** The first 128 bits of the SHA-256 as bytes: enough to tell rows apart, half the space in a cache. */
export const sha256Half = (content: string): Uint8Array => createHash("sha256").update(content).digest().subarray(0, 16)
