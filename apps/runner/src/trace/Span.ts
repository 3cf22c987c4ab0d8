// A span as it is looked at here, wherever it was read: in the file of a trace, or made of events.

export type Value = string | number | boolean
export type Attributes = Readonly<Record<string, Value>>

/** In the order of OTLP's numbers, from 1. */
export const KINDS = ["internal", "server", "client", "producer", "consumer"] as const
export type Kind = (typeof KINDS)[number]

/** In the order of OTLP's numbers, from 0. */
export const STATUSES = ["unset", "ok", "error"] as const
export type Status = (typeof STATUSES)[number]

export interface Happening {
  readonly name: string
  /** Nanoseconds since 1970, as all times here. */
  readonly at: bigint
  readonly attributes: Attributes
}

export interface Link {
  readonly traceId: string
  readonly spanId: string
  readonly attributes: Attributes
}

export interface Span {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId: string | null
  readonly name: string
  readonly kind: Kind
  readonly start: bigint
  readonly end: bigint
  readonly status: Status
  readonly attributes: Attributes
  readonly events: ReadonlyArray<Happening>
  readonly links: ReadonlyArray<Link>
}

/** The stable code of what went wrong in it, or null. */
export const errorType = ({ attributes }: Span): string | null => {
  const type = attributes["error.type"]
  return type === undefined ? null : String(type)
}

export const isError = ({ status }: Span): boolean => status === "error"

/** Whether it is the span of a command as a whole, which another program's span may be the parent of. */
export const isRoot = ({ name, parentSpanId }: Span): boolean => parentSpanId === null || /^inlet( |$)/.test(name)

const NANOS = 1_000_000n

/** @example nanos("2026-11-24T22:55:01.123Z") is 1795560901123000000n */
export const nanos = (iso: string): bigint => BigInt(Date.parse(iso)) * NANOS

/** An instant with all of its digits. @example iso(1795560901123000000n) is "2026-11-24T22:55:01.123000000Z" */
export const iso = (nanos: bigint): string => {
  const second = new Date(Number(nanos / NANOS)).toISOString().slice(0, 19)
  return `${second}.${String(nanos % 1_000_000_000n).padStart(9, "0")}Z`
}
