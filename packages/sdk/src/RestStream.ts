// A stream of a REST service as its author describes it: where it is asked for, how it pages, in which order it is read, and
// its dataset. How that is done is the same for all of them, see Walk.ts.
import type { Source } from "@inlet/core"
import { identity } from "effect/Function"
import * as Predicate from "effect/Predicate"
import * as Bundle from "./Bundle.ts"
import type * as Dataset from "./Dataset.ts"
import * as Gone from "./Gone.ts"
import type * as Incremental from "./Incremental.ts"
import * as Order from "./Order.ts"
import * as Pages from "./Pages.ts"
import * as Policy from "./Policy.ts"
import type { Ask } from "./SourceHttp.ts"

/**
 * What is asked for single items of a page because the page does not tell it. The answers are recorded with the page.
 *
 * @since 0.1.0
 */
export interface Details {
  readonly template: string
  /** Fills the template's places beside those of the partition. */
  readonly params?: (item: unknown) => NonNullable<Ask["params"]>
  readonly query?: Ask["query"]
  /** The records of an item and its details; undefined where they were not asked for, or are gone. Pure. */
  readonly records: (item: unknown, details: unknown) => ReadonlyArray<unknown>
  /**
   * Where `Service.details` bounds how many a first or full reading asks for: what those beyond lack, such as `their
   * additions and deletions`.
   */
  readonly lacking?: string
  /**
   * True where `Service.details` bounds every run, whole pages at a time: a run ends there, and the next one goes on behind.
   */
  readonly bounded?: boolean
  /**
   * What of an item tells that it has to be looked into again, where its list does not go by changes. Unless told, every item
   * above the floor is looked into in each run.
   */
  readonly by?: (item: unknown) => unknown
  /**
   * With `by`, for items that were looked into and that the list has no more: what their records need then, in one short line
   * that the cursor holds while the order looks back to them, and the records that tell it. Pure.
   */
  readonly gone?: {
    readonly keep: (item: unknown, answer: unknown) => string
    readonly records: (item: Incremental.Remembered) => ReadonlyArray<unknown>
  }
}

/**
 * What an author writes.
 *
 * @since 0.1.0
 */
export interface Definition {
  readonly dataset: Dataset.Dataset
  /** The path with its places, such as `/repos/{owner}/{repo}/issues`. */
  readonly template: string
  readonly query?: Ask["query"]
  readonly headers?: Ask["headers"]
  /** `Pages.link` unless told. */
  readonly pages?: Pages.Pages
  /** `Order.whole` unless told. */
  readonly order?: Order.Order
  /**
   * Path of the list in an answer, or what makes a list of it (pure); the answer itself unless told. An answer that is no list
   * is one item.
   */
  readonly items?: string | ((body: unknown) => ReadonlyArray<unknown>)
  /** Path of an item's identifier; `id` unless told. */
  readonly id?: string
  /** Path of the time that the order goes by. */
  readonly time?: string
  /** Whether an item is a record of this stream. Pure. */
  readonly only?: (item: unknown) => boolean
  /** False for a record that will still change without a later time. */
  readonly settled?: (record: unknown) => boolean
  /** What becomes of an item before columns read it, for what several of its members tell together only. Pure. */
  readonly record?: (item: unknown) => unknown
  /**
   * For a list of `Order.lookingBack` without details: what is kept of an item that the list had when it was recorded last, and
   * has no more. It keeps the item's identifier and time, becomes a record like the others, and is recorded with the page. Pure.
   */
  readonly gone?: (item: unknown) => unknown
  readonly details?: Details
  /** True for what is read each day anew: records get the day, in UTC, at `@.day`. */
  readonly daily?: boolean
  /** True where records need the partition's context, which they get at `@`. */
  readonly context?: boolean
  /** What every error means for the stream; `Policy.usual` unless told. */
  readonly errors?: Policy.Treatments
}

/**
 * A described stream.
 *
 * @since 0.1.0
 */
export interface RestStream extends Required<Pick<Definition, "template" | "pages" | "order" | "id" | "errors">> {
  readonly definition: Definition
  readonly spec: Source.StreamSpec
  /** The items of an answer's body; undefined where it is not what was described. */
  readonly itemsOf: (body: unknown) => ReadonlyArray<unknown> | undefined
}

/**
 * The value at a path such as `commit.committer.date`; undefined where there is none.
 *
 * @since 0.1.0
 */
export const at = (value: unknown, path: string): unknown =>
  path.split(".").reduce<unknown>((found, name) => (Predicate.isRecord(found) ? found[name] : undefined), value)

/**
 * An item's identifier as text; undefined where it has none.
 *
 * @since 0.1.0
 */
export const idOf = (item: unknown, path: string): string | undefined => {
  const found = at(item, path)
  return found === undefined || found === null ? undefined : String(found)
}

/**
 * Describes a stream.
 *
 * @throws Error where its order goes by times and `time` is not told.
 * @since 0.1.0
 */
export const make = (definition: Definition): RestStream => {
  const { context = false, daily = false, dataset, details, items, only = () => true, template } = definition
  const { gone, record = identity } = definition

  const pages = definition.pages ?? Pages.link
  const order = definition.order ?? Order.whole
  const id = definition.id ?? "id"
  if (order.timed && definition.time === undefined) {
    throw new Error(`the stream of ${template} goes by times, and its definition does not say where they are`)
  }

  const itemsOf = (body: unknown): ReadonlyArray<unknown> | undefined => {
    if (typeof items === "function") return items(body)
    const found = items === undefined ? body : at(body, items)
    if (Array.isArray(found)) return found
    return items === undefined && !pages.paged && Predicate.isRecord(found) ? [found] : undefined
  }
  const found = (body: unknown): ReadonlyArray<unknown> => {
    if (details === undefined) {
      const whole = gone === undefined ? { page: body, gone: [] } : Gone.read(body)
      return [...(itemsOf(whole.page) ?? []).filter(only), ...whole.gone].map(record)
    }
    const { answers, gone: missing, page } = Bundle.read(body)
    const told = (itemsOf(page) ?? []).filter(only).flatMap((item) => {
      const key = idOf(item, id)
      // Its key will be found missing.
      if (key === undefined) return details.records(item, undefined)
      return answers.has(key) ? details.records(item, answers.get(key) ?? undefined) : []
    })
    return [...told, ...missing]
  }
  const within = (record: unknown, context: Readonly<Record<string, string>>): unknown =>
    Predicate.isRecord(record) ? { ...record, "@": context } : record

  return {
    definition,
    template,
    id,
    itemsOf,
    pages,
    order,
    errors: definition.errors ?? Policy.usual,
    spec: {
      contract: dataset.contract,
      map: dataset.map,
      records: (body, known) => (context || daily ? found(body).map((record) => within(record, known)) : found(body))
    }
  }
}
