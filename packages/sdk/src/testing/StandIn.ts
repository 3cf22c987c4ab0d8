// What stands in a cassette in the place of a text: the same for the same, of the same length and kind of letters, and nobody
// can tell what it was. Texts are replaced word by word, so that `acme/app` and the parts of it that are asked for fit together.
import { randomBytes } from "node:crypto"
import { Hash } from "@inlet/core"

const WORD = /[\p{L}\p{N}]+/gu
const LOWER = "abcdefghijklmnopqrstuvwxyz"
const HEX = "abcdef"

const isHex = (word: string) => word.length >= 4 && /^(?=.*\d)(?=.*[a-f])[0-9a-f]+$/.test(word)

/** Words of a text. */
export const wordsOf = (text: string): ReadonlyArray<string> => text.match(WORD) ?? []

/** Stands for words by words of the same kind. */
export interface StandIns {
  readonly word: (word: string) => string
  /** The text with all words replaced but those to be kept. */
  readonly text: (text: string, kept?: (word: string) => boolean) => string
  readonly number: (number: number) => number
}

/** With a salt that is known to nobody. */
export const make = (): StandIns => {
  const salt = randomBytes(16).toString("hex")
  const known = new Map<string, string>()
  const taken = new Set<string>()

  const draw = (word: string, attempt: number): string => {
    let digits = ""
    for (let part = 0; digits.length < word.length * 4; part++) {
      digits += Hash.sha256(`${salt} ${attempt} ${part} ${word}`)
    }
    const letters = isHex(word) ? HEX : LOWER
    return [...word]
      .map((char, index) => {
        const chance = Number.parseInt(digits.slice(index * 4, index * 4 + 4), 16)
        // A first digit from 1 to 8 keeps a number as long as it was, and exact.
        if (/\p{N}/u.test(char)) return String(index === 0 ? (chance % 8) + 1 : chance % 10)
        const letter = letters[chance % letters.length] ?? "x"
        return /\p{Lu}/u.test(char) ? letter.toUpperCase() : letter
      })
      .join("")
  }

  const word = (text: string): string => {
    const before = known.get(text)
    if (before !== undefined) return before
    for (let attempt = 0; ; attempt++) {
      // Short words run out.
      const standIn = draw(attempt < 50 ? text : `${text}${text}`, attempt)
      if (standIn === text || taken.has(standIn)) continue
      taken.add(standIn)
      known.set(text, standIn)
      return standIn
    }
  }

  return {
    word,
    text: (text, kept = () => false) => text.replace(WORD, (found) => (kept(found) ? found : word(found))),
    number: (number) => {
      const [, sign = "", whole = "", rest = ""] = /^(-?)(\d+)(.*)$/.exec(String(number)) ?? []
      return Number(`${sign}${word(whole)}${rest.startsWith(".") ? `.${word(rest.slice(1))}` : rest}`)
    }
  }
}
