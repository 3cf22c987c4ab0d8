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
