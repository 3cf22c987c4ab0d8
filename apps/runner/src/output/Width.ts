// How many columns of a terminal text takes: letters of East Asia and emoji take two, accents none.
import { stripVTControlCharacters } from "node:util"
import { eastAsianWidth } from "get-east-asian-width"

const ASCII = /^[\x20-\x7e]*$/
/** Marks on the letter before, and what is not shown. */
const NOTHING = /^[\p{Mn}\p{Me}\p{Cf}\p{Cc}]$/u
/** Makes an emoji of the sign before it. */
const AS_EMOJI = "\ufe0f"

/** Of a character that follows one of `before` columns. */
const ofCharacter = (character: string, before: number): number => {
  if (character === AS_EMOJI) return before === 1 ? 1 : 0
  return NOTHING.test(character) ? 0 : eastAsianWidth(character.codePointAt(0) ?? 0)
}

/** Columns of a line; colours take none. */
export const of = (line: string): number => {
  if (ASCII.test(line)) return line.length
  let width = 0
  let last = 0
  for (const character of stripVTControlCharacters(line)) {
    last = ofCharacter(character, last)
    width += last
  }
  return width
}

/** A line of plain text that takes no more than `width` columns, its end left out where it would. */
export const cut = (line: string, width: number): string => {
  if (of(line) <= width) return line
  let kept = ""
  let taken = 1
  let last = 0
  for (const character of line) {
    last = ofCharacter(character, last)
    taken += last
    if (taken > width) break
    kept += character
  }
  return width < 1 ? "" : `${kept}…`
}

export const padEnd = (line: string, width: number): string => line + " ".repeat(Math.max(0, width - of(line)))

export const padStart = (line: string, width: number): string => " ".repeat(Math.max(0, width - of(line))) + line
