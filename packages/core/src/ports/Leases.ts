// The port that says who may run a pipeline now. A lease only keeps two runners from doing the same work; what keeps the
// log right is the expected version of an append.
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { StoreError } from "./EventStore.ts"

/** Another runner holds it. Times are ISO 8601 in UTC. */
export class LeaseHeld extends Schema.TaggedError<LeaseHeld>("@inlet/core/LeaseHeld")("LeaseHeld", {
  name: Schema.String,
  /** `<host>:<process id>` */
  owner: Schema.String,
  since: Schema.String,
  until: Schema.String
}) {
  override get message() {
    return `${this.name} is held by another runner (${this.owner}) since ${this.since}, until ${this.until} unless renewed`
  }
}

export interface Lease {
  readonly name: string
  readonly token: string
  /** True where the holder before did not give it back: it was killed, or it hangs. */
  readonly takenOver: boolean
}

export class Leases extends Context.Tag("@inlet/core/Leases")<
  Leases,
  {
    /** Free, expired, or held by a process of this host that no longer lives: taken at once. */
    readonly claim: (name: string) => Effect.Effect<Lease, LeaseHeld | StoreError>
    /** Fails with `LeaseHeld` where somebody took it over. */
    readonly renew: (lease: Lease) => Effect.Effect<void, LeaseHeld | StoreError>
    readonly release: (lease: Lease) => Effect.Effect<void, StoreError>
    /** Notes that the source was asked now, also when it had nothing new. */
    readonly polled: (name: string) => Effect.Effect<void, StoreError>
    /** How often a held lease has to be renewed, in milliseconds. */
    readonly renewEvery: number
  }
>() {}
