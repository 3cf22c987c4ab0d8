import { spawnSync } from "node:child_process"
import { hostname } from "node:os"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/TestClock"
import { file, open, raw, STREAM } from "./Stores.ts"

const me = `${hostname()}:${process.pid}`

/** A lease that somebody else wrote, good until long after the tests' time. */
const heldBy = (filename: string, owner: string) =>
  Effect.scoped(
    Effect.map(raw(filename), (sql) =>
      sql
        .prepare("REPLACE INTO leases (stream, owner, token, since, until) VALUES (?, ?, 'token', ?, ?)")
        .run(STREAM, owner, "1970-01-01T00:00:00.000Z", "2026-01-01T00:00:00.000Z")
    )
  )

describe("a lease", () => {
  it.scoped("is held by one, until it is given back", () =>
    Effect.gen(function* () {
      const filename = yield* file
      const [one, two] = [yield* open(filename), yield* open(filename)]
      const lease = yield* one.leases.claim(STREAM)
      assert.isFalse(lease.takenOver)
      const held = yield* Effect.flip(two.leases.claim(STREAM))
      assert.deepInclude(held, {
        _tag: "LeaseHeld",
        name: STREAM,
        owner: me,
        since: "1970-01-01T00:00:00.000Z",
        until: "1970-01-01T00:00:10.000Z"
      })
      assert.strictEqual((yield* Effect.flip(one.leases.claim(STREAM)))._tag, "LeaseHeld")
      yield* two.leases.claim("pipeline/github/pulls")
      yield* one.leases.release(lease)
      assert.isFalse((yield* two.leases.claim(STREAM)).takenOver)
    })
  )

  it.scoped("expires unless it is renewed, and is lost once somebody took it over", () =>
    Effect.gen(function* () {
      const filename = yield* file
      const [one, two] = [yield* open(filename, { ttlMillis: 6000 }), yield* open(filename, { ttlMillis: 6000 })]
      assert.strictEqual(one.leases.renewEvery, 2000)
      const lease = yield* one.leases.claim(STREAM)
      yield* TestClock.adjust("5 seconds")
      yield* one.leases.renew(lease)
      yield* TestClock.adjust("5999 millis")
      assert.strictEqual((yield* Effect.flip(two.leases.claim(STREAM)))._tag, "LeaseHeld")
      yield* TestClock.adjust("1 millis")
      const taken = yield* two.leases.claim(STREAM)
      assert.isTrue(taken.takenOver)
      const lost = yield* Effect.flip(one.leases.renew(lease))
      assert.deepInclude(lost, { _tag: "LeaseHeld", since: "1970-01-01T00:00:11.000Z" })
      // The one who lost it cannot give it back for the other.
      yield* one.leases.release(lease)
      yield* two.leases.renew(taken)
      yield* two.leases.release(taken)
      assert.strictEqual((yield* Effect.flip(two.leases.renew(taken)))._tag, "LeaseHeld")
    })
  )

  it.scoped("of a process of this host that no longer lives is taken over at once", () =>
    Effect.gen(function* () {
      const filename = yield* file
      const { leases } = yield* open(filename)
      const { pid } = spawnSync(process.execPath, ["--version"])
      yield* heldBy(filename, `${hostname()}:${pid}`)
      assert.isTrue((yield* leases.claim(STREAM)).takenOver)
    })
  )

  it.scoped("of a process that lives, or of another host, is not", () =>
    Effect.gen(function* () {
      const filename = yield* file
      const { leases } = yield* open(filename)
      const { pid } = spawnSync(process.execPath, ["--version"])
      for (const owner of [`${hostname()}:${process.ppid}`, `not-${hostname()}:${pid}`]) {
        yield* heldBy(filename, owner)
        assert.deepInclude(yield* Effect.flip(leases.claim(STREAM)), { _tag: "LeaseHeld", owner })
      }
    })
  )

  it.scoped("of a former process with this one's id is taken over, as is one that a closed store left behind", () =>
    Effect.gen(function* () {
      const filename = yield* file
      const { leases } = yield* open(filename)
      yield* heldBy(filename, me)
      const lease = yield* leases.claim(STREAM)
      assert.isTrue(lease.takenOver)
      yield* leases.release(lease)
      yield* Effect.scoped(Effect.flatMap(open(filename), ({ leases }) => leases.claim(STREAM)))
      assert.isTrue((yield* leases.claim(STREAM)).takenOver)
    })
  )
})
