// Which records of a batch a part holds, in their order in the part, as short text: "17,0-16,18-99".

/** Positions of records in their batch, counted from 0. */
export type Items = ReadonlyArray<number>

/** @example format([17, 0, 1, 2]) === "17,0-2" */
export const format = (items: Items): string => {
  const ranges: Array<string> = []
  let from = -1
  let to = -1
  const close = () => {
    if (from >= 0) ranges.push(from === to ? `${from}` : `${from}-${to}`)
  }
  for (const item of items) {
    if (from >= 0 && item === to + 1) {
      to = item
    } else {
      close()
      from = to = item
    }
  }
  close()
  return ranges.join(",")
}

export const parse = (text: string): Items =>
  text === ""
    ? []
    : text.split(",").flatMap((range) => {
        const [from, to] = range.split("-").map(Number)
        return Array.from({ length: (to ?? from ?? 0) - (from ?? 0) + 1 }, (_, offset) => (from ?? 0) + offset)
      })
