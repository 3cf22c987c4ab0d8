// What changes about the issues and pull requests of one repository, in a few bytes an item, so that a million of them
// fit; everything else about an item is rendered from its number (see DemoItem.ts).

import * as Random from "./DemoRandom.ts"

/** The changing facts of one issue or pull request. Times are whole epoch seconds. */
export interface Item {
  readonly number: number
  readonly isPull: boolean
  readonly isDraft: boolean
  readonly createdAt: number
  readonly updatedAt: number
  /** null while open */
  readonly closedAt: number | null
  readonly merged: boolean
  readonly reopened: boolean
  readonly comments: number
  /** how often the item was changed since the demo began */
  readonly revision: number
}

/** Which items of a repository, in which order. `since`: updated at or after, in epoch seconds. */
export interface Selection {
  readonly kind: "issues" | "pulls"
  readonly state: "open" | "closed" | "all"
  readonly sort: "created" | "updated" | "comments"
  readonly since: number | undefined
}

/** One repository's items. Numbers begin at 1 and are shared by issues and pull requests, as on GitHub. */
export interface DemoTable {
  /** The highest number given so far, removed items included. */
  readonly highest: () => number
  readonly item: (number: number) => Item | undefined
  /** The newest item of a kind; 0 where there is none. */
  readonly last: (kind?: Selection["kind"]) => number
  /** Ascending keys of the selected items: sort value and number in one, see `numberOf`. */
  readonly keys: (selection: Selection) => Float64Array
  readonly create: (at: number, isPull: boolean, isDraft: boolean) => number
  readonly comment: (number: number, at: number) => void
  /** A comment less. */
  readonly uncomment: (number: number, at: number) => void
  /** Something near the item that moves nothing but its time, and never back. */
  readonly stir: (number: number, at: number) => void
  readonly close: (number: number, at: number, merged: boolean) => void
  readonly reopen: (number: number, at: number) => void
  readonly remove: (number: number) => void
}

export interface TableOptions {
  readonly seed: number
  readonly repositoryId: number
  readonly size: number
  /** 0 to 1 */
  readonly pullRequestShare: number
  /** Epoch seconds; every time of the table lies between. */
  readonly from: number
  readonly until: number
}

// A key is `sort value × span + number`: below 2^53 for any 32-bit time, and native sorting of numbers is fast.
const span = 2 ** 21

export const keyOf = (value: number, number: number): number => value * span + number
export const numberOf = (key: number): number => key % span

/** Index of the first key that is at or after `key`. */
export const lowerBound = (keys: Float64Array, key: number): number => {
  let low = 0
  let high = keys.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((keys[middle] ?? 0) < key) low = middle + 1
    else high = middle
  }
  return low
}

const flag = { pull: 1, draft: 2, merged: 4, reopened: 8, removed: 16 } as const
const day = 86_400
const cachedOrders = 8

const columns = (capacity: number) => ({
  created: new Uint32Array(capacity),
  updated: new Uint32Array(capacity),
  closed: new Uint32Array(capacity), // 0 while open
  comments: new Uint16Array(capacity),
  revision: new Uint16Array(capacity),
  flags: new Uint8Array(capacity)
})

type Columns = ReturnType<typeof columns>

/** A life for each item: created evenly over the span, most of them closed later, some touched together. */
const fill = (data: Columns, options: TableOptions) => {
  const { from, pullRequestShare, repositoryId, seed, size, until } = options
  const random = Random.make(seed, repositoryId)
  // A chore bot touches every twelfth item at one of its rounds; about six items share each of those instants.
  const round = Math.max(1, Math.ceil((until - from) / Math.ceil(size / 72)))
  for (let index = 0; index < size; index++) {
    const created = from + Math.floor(((index + random.next()) / size) * (until - from))
    const isPull = random.chance(pullRequestShare)
    const closed = created + 600 + Math.floor(random.next() ** 3 * (isPull ? 40 : 150) * day)
    const isClosed = random.chance(isPull ? 0.9 : 0.75) && closed <= until
    const isMerged = isPull && isClosed && random.chance(0.8)
    const isDraft = isPull && !isMerged && random.chance(0.2)
    const isReopened = !isPull && !isClosed && random.chance(0.08)
    const last = isClosed ? closed : created
    const later = last + Math.floor(random.next() ** 2 * 90 * day)
    const active = random.chance(0.6) && later <= until ? later : last
    const together = from + Math.ceil((active - from) / round) * round
    data.created[index] = created
    data.closed[index] = isClosed ? closed : 0
    data.updated[index] = random.chance(1 / 12) && together <= until ? together : active
    data.comments[index] = Math.floor(random.next() ** 2 * 15)
    data.flags[index] =
      (isPull ? flag.pull : 0) |
      (isDraft ? flag.draft : 0) |
      (isMerged ? flag.merged : 0) |
      (isReopened ? flag.reopened : 0)
  }
}

export const make = (options: TableOptions): DemoTable => {
  let size = options.size
  let capacity = Math.ceil(size * 1.1) + 1024
  let data = columns(capacity)
  fill(data, options)

  const orders = new Map<string, Float64Array>()

  const at = (column: Uint8Array | Uint16Array | Uint32Array, index: number) => column[index] ?? 0
  const has = (index: number, bit: number) => (at(data.flags, index) & bit) !== 0
  const set = (index: number, bit: number, on: boolean) => {
    data.flags[index] = on ? at(data.flags, index) | bit : at(data.flags, index) & ~bit
  }

  const touched = (index: number, time: number) => {
    data.updated[index] = time
    data.revision[index] = at(data.revision, index) + 1
    orders.clear()
  }

  const grow = () => {
    capacity *= 2
    const larger = columns(capacity)
    larger.created.set(data.created)
    larger.updated.set(data.updated)
    larger.closed.set(data.closed)
    larger.comments.set(data.comments)
    larger.revision.set(data.revision)
    larger.flags.set(data.flags)
    data = larger
  }

  const order = ({ kind, since, sort, state }: Selection): Float64Array => {
    const column = sort === "created" ? data.created : sort === "updated" ? data.updated : data.comments
    const keys = new Float64Array(size)
    let count = 0
    for (let index = 0; index < size; index++) {
      const flags = at(data.flags, index)
      if ((flags & flag.removed) !== 0 || (kind === "pulls" && (flags & flag.pull) === 0)) continue
      if (state !== "all" && (at(data.closed, index) === 0) !== (state === "open")) continue
      if (since !== undefined && at(data.updated, index) < since) continue
      keys[count++] = keyOf(at(column, index), index + 1)
    }
    return keys.subarray(0, count).sort()
  }

  const keys = (selection: Selection): Float64Array => {
    const { kind, since, sort, state } = selection
    if (sort === "updated" && since !== undefined) {
      const all = keys({ ...selection, since: undefined })
      return all.subarray(lowerBound(all, keyOf(since, 0)))
    }
    const name = `${kind} ${state} ${sort} ${since}`
    const known = orders.get(name)
    if (known !== undefined) return known
    if (orders.size >= cachedOrders) orders.clear()
    const fresh = order(selection)
    orders.set(name, fresh)
    return fresh
  }

  return {
    highest: () => size,
    last: (kind) => {
      let index = size - 1
      while (index >= 0 && (has(index, flag.removed) || (kind === "pulls" && !has(index, flag.pull)))) index--
      return index + 1
    },
    item: (number) => {
      const index = number - 1
      if (!Number.isInteger(number) || index < 0 || index >= size || has(index, flag.removed)) return undefined
      const closed = at(data.closed, index)
      return {
        number,
        isPull: has(index, flag.pull),
        isDraft: has(index, flag.draft),
        createdAt: at(data.created, index),
        updatedAt: at(data.updated, index),
        closedAt: closed === 0 ? null : closed,
        merged: has(index, flag.merged),
        reopened: has(index, flag.reopened),
        comments: at(data.comments, index),
        revision: at(data.revision, index)
      }
    },
    keys,
    create: (time, isPull, isDraft) => {
      if (size === capacity) grow()
      const index = size++
      data.created[index] = time
      data.updated[index] = time
      set(index, flag.pull, isPull)
      set(index, flag.draft, isPull && isDraft)
      orders.clear()
      return size
    },
    comment: (number, time) => {
      data.comments[number - 1] = at(data.comments, number - 1) + 1
      touched(number - 1, time)
    },
    uncomment: (number, time) => {
      data.comments[number - 1] = Math.max(0, at(data.comments, number - 1) - 1)
      touched(number - 1, time)
    },
    stir: (number, time) => {
      data.updated[number - 1] = Math.max(at(data.updated, number - 1), time)
      orders.clear()
    },
    close: (number, time, merged) => {
      data.closed[number - 1] = time
      set(number - 1, flag.merged, merged)
      set(number - 1, flag.reopened, false)
      touched(number - 1, time)
    },
    reopen: (number, time) => {
      data.closed[number - 1] = 0
      set(number - 1, flag.reopened, true)
      touched(number - 1, time)
    },
    remove: (number) => {
      set(number - 1, flag.removed, true)
      orders.clear()
    }
  }
}
