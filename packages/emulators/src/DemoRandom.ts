// Seeded randomness for the demo data: the same words always give the same numbers, on every machine.

/** A sequence of numbers that depends on nothing but the words it was made from. */
export interface Random {
  /** At least 0, below 1. */
  readonly next: () => number
  /** A whole number, at least 0, below `bound`. */
  readonly below: (bound: number) => number
  readonly chance: (probability: number) => boolean
  readonly pick: <A>(items: readonly [A, ...ReadonlyArray<A>]) => A
}

const mix = (word: number): number => {
  let z = word
  z = Math.imul(z ^ (z >>> 16), 0x21f0aaad)
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97)
  return z ^ (z >>> 15)
}

const step = 0x9e3779b9

/** What is drawn of a demo object: each aspect has its own sequence, so that a change of one does not move the others. */
const aspect = {
  text: 1,
  people: 2,
  tags: 3,
  reactions: 4,
  git: 5,
  closing: 6,
  size: 7,
  comment: 8,
  review: 9,
  commit: 10,
  release: 11,
  run: 12,
  deployment: 13,
  views: 14,
  clones: 15
} as const

export const make = (...words: ReadonlyArray<number>): Random => {
  let state = 0
  for (const word of words) state = mix(state + step + word) | 0
  const next = () => {
    state = (state + step) | 0
    return (mix(state) >>> 0) / 2 ** 32
  }
  const below = (bound: number) => Math.floor(next() * bound)
  return {
    next,
    below,
    chance: (probability) => next() < probability,
    pick: (items) => items[below(items.length)] ?? items[0]
  }
}

/** The sequences of one repository's objects, by aspect, number of the object and how often it was changed. */
export const drawing =
  (seed: number, repositoryId: number) =>
  (which: keyof typeof aspect, number: number, revision = 0): Random =>
    make(seed, repositoryId, number, aspect[which], revision)

/** An object name as git has them: 40 hexadecimal digits. */
export const sha = (random: Random): string =>
  Array.from({ length: 5 }, () =>
    random
      .below(2 ** 32)
      .toString(16)
      .padStart(8, "0")
  ).join("")

/** Whole epoch seconds after `from` and not after `until`, ascending. */
export const moments = (random: Random, from: number, until: number, count: number): ReadonlyArray<number> =>
  Array.from({ length: count }, () => from + 1 + random.below(until - from)).sort((one, other) => one - other)
