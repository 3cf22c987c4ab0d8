// What a run did at the sink, counted from its facts: a trace says the same as the log.
import type * as Event from "../model/Event.ts"

export interface Tally {
  readonly batches: number
  /** Rows that the sink accepted, confirmed, and those that went to quarantine; a row that was sent again counts again. */
  readonly sent: number
  readonly confirmed: number
  readonly rejected: number
  /** Rows of attempts whose outcome is not known yet. */
  readonly open: ReadonlyMap<string, number>
}

export const none: Tally = { batches: 0, sent: 0, confirmed: 0, rejected: 0, open: new Map() }

const nameOf = ({ attempt, batch, part }: Pick<Event.DataOf<"SendStarted">, "attempt" | "batch" | "part">): string =>
  `${batch}/${part}/${attempt}`

const without = (open: Tally["open"], name: string): Tally["open"] => {
  const left = new Map(open)
  left.delete(name)
  return left
}

export const add = (tally: Tally, fact: Event.Fact): Tally => {
  switch (fact.type) {
    case "BatchRecorded":
    case "BatchReplayed":
      return { ...tally, batches: tally.batches + 1 }
    case "SendStarted":
      return { ...tally, open: new Map(tally.open).set(nameOf(fact.data), fact.data.rows) }
    case "SendAccepted": {
      const name = nameOf(fact.data)
      return { ...tally, sent: tally.sent + (tally.open.get(name) ?? 0), open: without(tally.open, name) }
    }
    case "SendFailed":
      return { ...tally, open: without(tally.open, nameOf(fact.data)) }
    case "SendConfirmed":
      return { ...tally, confirmed: tally.confirmed + fact.data.received }
    case "RowsQuarantined":
      return { ...tally, rejected: tally.rejected + fact.data.rows.length }
    default:
      return tally
  }
}
