// AES-256-GCM (NIST SP 800-38D): whoever has the file and not the key can neither read a text nor change it or its place.
import { createCipheriv, createDecipheriv, createHmac, type KeyObject, randomBytes } from "node:crypto"
import * as Option from "effect/Option"

const ALGORITHM = "aes-256-gcm"
const NONCE = 12
const TAG = 16

export interface Sealed {
  /** Which key it was. */
  readonly keyId: string
  readonly nonce: Buffer
  /** The encrypted text, and the tag behind it. */
  readonly bytes: Buffer
}

/** Tells keys apart, and nothing about them. */
export const idOf = (key: KeyObject): string =>
  createHmac("sha256", key).update("the name of a key").digest("hex").slice(0, 16)

/** Under a random nonce of its own: one that comes twice would give both texts away. `place` has to be told again to open it. */
export const seal = (key: KeyObject, place: string, text: string): Sealed => {
  const nonce = randomBytes(NONCE)
  const cipher = createCipheriv(ALGORITHM, key, nonce, { authTagLength: TAG }).setAAD(Buffer.from(place))
  const bytes = Buffer.concat([cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()])
  return { keyId: idOf(key), nonce, bytes }
}

/** None where it is not what was sealed with this key, or not in its place. */
export const open: (key: KeyObject, place: string, sealed: Sealed) => Option.Option<string> = Option.liftThrowable(
  (key: KeyObject, place: string, { bytes, nonce }: Sealed) => {
    const decipher = createDecipheriv(ALGORITHM, key, nonce, { authTagLength: TAG })
      .setAAD(Buffer.from(place))
      .setAuthTag(bytes.subarray(-TAG))
    return Buffer.concat([decipher.update(bytes.subarray(0, -TAG)), decipher.final()]).toString("utf8")
  }
)
