// The last answers to requests, so that a page which is one of them goes back to the runner as its number: what the runner has just
// sent is not sent again.
import { Buffer } from "node:buffer"

/** As many as may be under way until their pages are made, and bytes of all but the newest. */
const MOST = 8
const LONGEST = 16 * 1024 * 1024

export interface Replies {
  /** Keeps an answer's body under the number that the runner gave it. */
  readonly keep: (reply: number, body: Uint8Array) => void
  /** The number of the answer that has this very body; undefined where none is kept. */
  readonly find: (body: Uint8Array) => number | undefined
}

/** Tells each number that is not going to be named any more. */
export const make = (forget: (reply: number) => void): Replies => {
  const kept: Array<{ readonly reply: number; readonly body: Uint8Array }> = []
  let bytes = 0
  return {
    keep: (reply, body) => {
      kept.push({ reply, body })
      bytes += body.byteLength
      while (kept.length > MOST || (kept.length > 1 && bytes > LONGEST)) {
        const [oldest] = kept.splice(0, 1)
        if (oldest === undefined) return
        bytes -= oldest.body.byteLength
        forget(oldest.reply)
      }
    },
    find: (body) =>
      kept.findLast((one) => one.body.byteLength === body.byteLength && Buffer.compare(one.body, body) === 0)?.reply
  }
}
