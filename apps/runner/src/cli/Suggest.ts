// "Did you mean": the known word nearest to what somebody typed.

/** How many letters to add, drop, change or swap with their neighbour. */
const distance = (a: string, b: string): number => {
  const rows: Array<Array<number>> = [Array.from({ length: b.length + 1 }, (_, index) => index)]
  const cost = (i: number, j: number) => rows[i]?.[j] ?? 0
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    rows.push(row)
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      row.push(
        Math.min(
          cost(i - 1, j) + 1,
          cost(i, j - 1) + 1,
          cost(i - 1, j - 1) + same,
          swapped ? cost(i - 2, j - 2) + 1 : Number.POSITIVE_INFINITY
        )
      )
    }
  }
  return cost(a.length, b.length)
}

/** The nearest of the known words, where it is near enough to be meant; case does not count. */
export const nearest = (word: string, known: Iterable<string>): string | undefined => {
  const typed = word.toLowerCase()
  const near = [...known]
    .map((candidate) => ({ candidate, far: distance(typed, candidate.toLowerCase()) }))
    .filter(({ candidate, far }) => far <= Math.max(1, Math.floor(Math.min(typed.length, candidate.length) / 3)))
    .sort((a, b) => a.far - b.far)
  return near[0]?.candidate
}

/** ` Did you mean "x"?`, or nothing. */
export const didYouMean = (word: string, known: Iterable<string>): string => {
  const meant = nearest(word, known)
  return meant === undefined ? "" : ` Did you mean "${meant}"?`
}
