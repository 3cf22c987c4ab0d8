// A page and the answers about single items of it, as one body that is recorded in one step: each of them as it was
// received, so that nothing is lost by putting them together.
import { Buffer } from "node:buffer"
import * as Predicate from "effect/Predicate"

/** Answers by the items' identifiers; null for one that was not asked for, or that the service no longer has. */
export type Answers = ReadonlyMap<string, Uint8Array | null>

/** The body: `{"page": …, "details": {"<id>": …}}` and, where something is gone, `"gone": […]`, the records that tell so. */
export const write = (page: Uint8Array, answers: Answers, gone: ReadonlyArray<unknown> = []): Uint8Array => {
  const parts: Array<Uint8Array> = [Buffer.from('{"page":'), page, Buffer.from(',"details":{')]
  let first = true
  for (const [id, answer] of answers) {
    parts.push(Buffer.from(`${first ? "" : ","}${JSON.stringify(id)}:`), answer ?? Buffer.from("null"))
    first = false
  }
  parts.push(Buffer.from(gone.length === 0 ? "}}" : `},"gone":${JSON.stringify(gone)}}`))
  return Buffer.concat(parts)
}

/** What a parsed body holds. */
export const read = (body: unknown) => {
  const { details, gone, page } = Predicate.isRecord(body) ? body : {}
  const answers: ReadonlyMap<string, unknown> = new Map(Predicate.isRecord(details) ? Object.entries(details) : [])
  const records: ReadonlyArray<unknown> = Array.isArray(gone) ? gone : []
  return { page, answers, gone: records }
}
