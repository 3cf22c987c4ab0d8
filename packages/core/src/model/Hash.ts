// SHA-256 everywhere: raw pages, bodies, rows and the chain of events name themselves by their content.
import { hash, scryptSync } from "node:crypto"

/** SHA-256 of text (as UTF-8) or bytes, in lower-case hexadecimal (64 characters). */
export const sha256 = (content: string | Uint8Array): string => hash("sha256", content)

/** The first 128 bits of the SHA-256 as bytes: enough to tell rows apart, half the space in a cache. */
export const sha256Half = (content: string): Uint8Array => hash("sha256", content, "buffer").subarray(0, 16)

/**
 * Stands for a text that is not to be written down (128 bits in hexadecimal). Who knows text and place can tell that they are
 * meant; who does not has to try texts, which scrypt (RFC 7914) makes slow: some 50 ms each.
 */
export const pseudonym = (text: string, place: string): string => scryptSync(text, place, 16).toString("hex")
