// What the smaller lists of a repository have in common: entries in the order of their making, found by number or id,
// and the keys to page through them (see GitHubList.ts). Objects are rendered when asked for.

import type { Version } from "./DemoRepository.ts"
import { keyOf } from "./DemoTable.ts"

export interface Entry {
  /** From 1 in the order of making; never given twice. */
  readonly number: number
  /** When it came about, epoch seconds. */
  readonly at: number
}

/** What tells one kind of entry from another. */
export interface Kind<E extends Entry> {
  readonly id: (entry: E) => number | string
  readonly render: (entry: E, version: Version) => object
  /** What a change at `at` (epoch seconds) makes of an entry; absent where entries do not change. */
  readonly change?: (entry: E, at: number) => E
}

/** An entry by its place in the order of making, or by the id in its object. */
export interface Reference {
  readonly number?: number | undefined
  readonly id?: number | string | undefined
}

export interface Added {
  readonly number: number
  readonly id: number | string
}

/** A list as the control surface steers it. */
export interface Steered {
  /** All objects, in the order of making. */
  readonly objects: (version: Version) => ReadonlyArray<object>
  /** A new entry; `of` is the number of the item it belongs to. Undefined where there is no such item. */
  readonly add: (at: number, of?: number) => Added | undefined
  /** Undefined where entries do not change; false where there is no such entry. */
  readonly touch: ((which: Reference, at: number) => boolean) | undefined
  readonly remove: (which: Reference, at: number) => boolean
}

export interface DemoCollection<E extends Entry> extends Omit<Steered, "add"> {
  /** In the order of making. */
  readonly entries: () => ReadonlyArray<E>
  readonly entry: (number: number) => E | undefined
  readonly find: (which: Reference) => E | undefined
  readonly id: (entry: E) => number | string
  readonly object: (number: number, version: Version) => object | undefined
  /** Ascending keys of the entries that fit, by a value in epoch seconds (default: when they came about). */
  readonly keys: (by?: (entry: E) => number, fits?: (entry: E) => boolean) => Float64Array
  readonly append: (make: (number: number) => E) => E
  readonly put: (entry: E) => void
}

const range = 2 ** 21

/** Ids of different `series` (whole numbers) of different repositories differ. */
export const objectId = (series: number, repositoryId: number, number: number): number =>
  series * 1_000_000_000 + repositoryId * range + number

export const make = <E extends Entry>({ change, id, render }: Kind<E>): DemoCollection<E> => {
  const held = new Map<number, E>()
  let highest = 0

  const find = ({ id: wanted, number }: Reference): E | undefined => {
    if (number !== undefined) return held.get(number)
    for (const entry of held.values()) if (id(entry) === wanted) return entry
    return undefined
  }

  const object = (number: number, version: Version) => {
    const entry = held.get(number)
    return entry === undefined ? undefined : render(entry, version)
  }

  return {
    entries: () => [...held.values()],
    entry: (number) => held.get(number),
    find,
    id,
    object,
    objects: (version) => Array.from(held.values(), (entry) => render(entry, version)),
    keys: (by = ({ at }) => at, fits = () => true) => {
      const found: Array<number> = []
      for (const entry of held.values()) if (fits(entry)) found.push(keyOf(by(entry), entry.number))
      return Float64Array.from(found).sort()
    },
    append: (make) => {
      const entry = make(++highest)
      held.set(entry.number, entry)
      return entry
    },
    put: (entry) => {
      held.set(entry.number, entry)
    },
    touch:
      change === undefined
        ? undefined
        : (which, at) => {
            const entry = find(which)
            if (entry === undefined) return false
            held.set(entry.number, change(entry, at))
            return true
          },
    remove: (which) => {
      const entry = find(which)
      return entry !== undefined && held.delete(entry.number)
    }
  }
}

/** How `add` of the control surface names an entry. */
export const added = <E extends Entry>(collection: DemoCollection<E>, entry: E): Added => ({
  number: entry.number,
  id: collection.id(entry)
})
