// Leases on SQLite. A holder that was killed is not waited for: on its own host everybody can see that it no longer lives.
import { randomUUID } from "node:crypto"
import { hostname } from "node:os"
import { Leases } from "@inlet/core"
import type Sqlite from "better-sqlite3"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Database from "./Database.ts"

export interface Options {
  /** After how many milliseconds without a renewal a lease is free; 10,000 by default. It is renewed three times in that time. */
  readonly ttlMillis?: number
}

/** The last holder; without a token where it gave the lease back. Times are ISO 8601 in UTC. */
interface Holder {
  readonly owner: string
  readonly token: string | null
  readonly since: string
  readonly until: string
}

/** What this process claimed, and through which store: tells its own leases from those of a former life with its id. */
const held = new Map<string, Sqlite.Database>()

const iso = (millis: number): string => new Date(millis).toISOString()

const now = Effect.map(Clock.currentTimeMillis, iso)

const lives = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch (cause) {
    // Any other refusal, such as EPERM, comes from a process that is there.
    return !(cause instanceof Error && "code" in cause && cause.code === "ESRCH")
  }
}

/** Whether the holder can no longer be at work, whatever its lease says: its process is dead, or its store was closed. */
const isGone = (owner: string, token: string): boolean => {
  const host = `${hostname()}:`
  if (!owner.startsWith(host)) return false
  const pid = Number(owner.slice(host.length))
  return pid === process.pid ? held.get(token)?.open !== true : !lives(pid)
}

const make =
  ({ ttlMillis = 10_000 }: Options) =>
  ({ run, sql, write }: Database.Connection): Leases.Leases["Type"] => {
    const owner = `${hostname()}:${process.pid}`
    const select = sql.prepare<[string], Holder>(
      "SELECT owner, token, since, until FROM leases WHERE stream = ? AND owner IS NOT NULL"
    )
    const take = sql.prepare<Holder & { readonly name: string }>(
      `INSERT INTO leases (stream, owner, token, since, until) VALUES (@name, @owner, @token, @since, @until)
       ON CONFLICT DO UPDATE SET owner = @owner, token = @token, since = @since, until = @until`
    )
    const extend = sql.prepare<[string, string, string]>("UPDATE leases SET until = ? WHERE stream = ? AND token = ?")
    const giveBack = sql.prepare<[string, string, string]>(
      "UPDATE leases SET token = NULL, until = ? WHERE stream = ? AND token = ?"
    )
    const poll = sql.prepare<[string, string]>(
      "INSERT INTO leases (stream, polled) VALUES (?, ?) ON CONFLICT DO UPDATE SET polled = excluded.polled"
    )

    const claim = Effect.fnUntraced(function* (name: string) {
      yield* Effect.annotateCurrentSpan({ name })
      const millis = yield* Clock.currentTimeMillis
      const since = iso(millis)
      const claimed = yield* write("claim", () => {
        const holder = select.get(name)
        const before = holder?.token ?? null
        if (holder && before !== null && holder.until > since && !isGone(holder.owner, before)) {
          return new Leases.LeaseHeld({ name, ...holder })
        }
        const token = randomUUID()
        take.run({ name, owner, token, since, until: iso(millis + ttlMillis) })
        return { name, token, takenOver: before !== null }
      })
      if (claimed instanceof Leases.LeaseHeld) return yield* claimed
      held.set(claimed.token, sql)
      return claimed
    })

    const renew = Effect.fnUntraced(function* ({ name, token }: Leases.Lease) {
      const millis = yield* Clock.currentTimeMillis
      const lost = yield* run("renew", () => {
        if (extend.run(iso(millis + ttlMillis), name, token).changes === 1) return null
        return select.get(name) ?? { owner: "nobody", since: iso(millis), until: iso(millis) }
      })
      if (lost !== null) yield* new Leases.LeaseHeld({ name, ...lost })
    })

    const release = Effect.fnUntraced(function* ({ name, token }: Leases.Lease) {
      const until = yield* now
      yield* run("release", () => giveBack.run(until, name, token))
      held.delete(token)
    })

    const polled = Effect.fnUntraced(function* (name: string) {
      const at = yield* now
      yield* run("polled", () => poll.run(name, at))
    })

    return { claim, renew, release, polled, renewEvery: Math.floor(ttlMillis / 3) }
  }

export const layer = (options: Options = {}): Database.PortLayer<Leases.Leases> =>
  Database.port(Leases.Leases, make(options))
