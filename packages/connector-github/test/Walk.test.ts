// Reading issues and pull requests from the emulator: everything, what changed, while it changes, and after a crash.
import { assert, describe, it } from "@effect/vitest"
import { RestStream } from "@inlet/sdk"
import * as Effect from "effect/Effect"
import github from "../src/index.ts"
import { fresh, layer, type Memory, memory, run } from "./Reading.ts"
import * as Service from "./Service.ts"

const streams: ReadonlyArray<string> = ["issues", "pull_requests"]
const both = ["acme/app", "acme/api"] as const

const assertSame = (kept: Memory, items: Map<unknown, unknown>) => {
  assert.isAbove(items.size, 0)
  assert.strictEqual(kept.records.size, items.size)
  for (const [id, item] of items) assert.deepStrictEqual(told(kept.records.get(id)), told(item))
}

/** Of a pull request, what its list tells: what is kept is the answer about it alone. */
const told = (record: unknown) => {
  const at = (path: string) => RestStream.at(record, path)
  if (at("diff_url") === undefined) return record
  return [at("id"), at("number"), at("title"), at("state"), at("updated_at"), at("merged_at"), at("body")]
}

for (const stream of streams) {
  describe(stream, () => {
    it.scoped("are read in full, one repository after another, and every record is a row", () =>
      Effect.gen(function* () {
        const service = yield* Service.start()
        const kept = memory()
        const { error, pages } = yield* run(stream, kept).pipe(
          Effect.provide(layer(service.url, { repositories: both, pageSize: 50 }))
        )
        assert.isNull(error)
        assertSame(kept, yield* service.items(stream, ...both))
        const map = github.streams.get(stream)?.map
        for (const record of kept.records.values()) assert.strictEqual(map?.(record)._tag, "Row")
        // Overlapping pages tell which records they have in common.
        const read = pages.map(({ records, repeated = [] }) => records - repeated.length)
        assert.strictEqual(
          read.reduce((sum, count) => sum + count),
          kept.records.size
        )
        const ends = pages.filter(({ cursor }) => cursor !== undefined)
        assert.strictEqual(ends.length, 2)
        for (const { next } of ends) assert.isNull(next)
        assert.deepStrictEqual(pages.at(-1)?.cursor, kept.cursor)
        for (const { headers, credential } of yield* service.asked) {
          assert.strictEqual(credential, "right")
          assert.deepInclude(headers, {
            accept: "application/vnd.github+json",
            "x-github-api-version": "2026-03-10",
            "user-agent": "inlet/0.1.0"
          })
        }
      })
    )

    it.scoped("are not read again where nothing changed", () =>
      Effect.gen(function* () {
        const service = yield* Service.start()
        const kept = memory()
        yield* Effect.gen(function* () {
          yield* run(stream, kept)
          const cursor = kept.cursor
          const before = (yield* service.asked).length
          const second = yield* run(stream, kept)
          assert.strictEqual(fresh(second), 0)
          assert.deepStrictEqual(kept.cursor, cursor)
          // A request a repository.
          assert.strictEqual((yield* service.asked).length, before + 2)
        }).pipe(Effect.provide(layer(service.url, { repositories: both })))
      })
    )

    it.scoped("are read from where the last reading ended", () =>
      Effect.gen(function* () {
        const service = yield* Service.start()
        const kept = memory()
        yield* Effect.gen(function* () {
          const first = yield* run(stream, kept)
          for (let day = 0; day < 5; day++) {
            yield* service.control("POST", "advance", { days: 1 })
            const again = yield* run(stream, kept)
            assert.isBelow(again.pages.length, first.pages.length)
            assertSame(kept, yield* service.items(stream, "acme/app"))
          }
        }).pipe(Effect.provide(layer(service.url, { repositories: ["acme/app"], pageSize: 20 })))
      })
    )

    it.scoped("come again when an old one changes, also within the second that was read last", () =>
      Effect.gen(function* () {
        const service = yield* Service.start({ issues: 60, pullRequestShare: stream === "issues" ? 0 : 1 })
        const kept = memory()
        yield* Effect.gen(function* () {
          yield* run(stream, kept)
          yield* service.touch("acme/large", 1, "2026-11-05T00:00:00Z")
          const first = yield* run(stream, kept)
          assert.strictEqual(fresh(first), 1)
          yield* service.touch("acme/large", 1, "2026-11-05T00:00:00Z")
          yield* service.touch("acme/large", 2, "2026-11-05T00:00:00Z")
          const second = yield* run(stream, kept)
          assert.strictEqual(fresh(second), 2)
          assert.strictEqual(fresh(yield* run(stream, kept)), 0)
          assertSame(kept, yield* service.items(stream, "acme/large"))
        }).pipe(Effect.provide(layer(service.url, { repositories: ["acme/large"], pageSize: 10 })))
      })
    )

    for (const paging of ["page", "cursor"]) {
      it.scoped(`are all read where many share a time stamp (${paging} links)`, () =>
        Effect.gen(function* () {
          const service = yield* Service.start({ issues: 80, pullRequestShare: stream === "issues" ? 0 : 1 })
          yield* service.control("PUT", "behaviour", { paging })
          const kept = memory()
          yield* Effect.gen(function* () {
            yield* run(stream, kept)
            for (let number = 11; number <= 45; number++) {
              yield* service.touch("acme/large", number, "2026-11-05T00:00:00Z")
            }
            assert.isAtLeast(fresh(yield* run(stream, kept)), 35)
            assertSame(kept, yield* service.items(stream, "acme/large"))
            assert.strictEqual(fresh(yield* run(stream, kept)), 0)
            // The last of them in either order.
            for (const number of [11, 45]) yield* service.touch("acme/large", number, "2026-11-05T00:00:00Z")
            assert.strictEqual(fresh(yield* run(stream, kept)), 2)
            assertSame(kept, yield* service.items(stream, "acme/large"))
          }).pipe(Effect.provide(layer(service.url, { repositories: ["acme/large"], pageSize: 10 })))
        })
      )

      it.scoped(`are all read though items move while the list is walked (${paging} links)`, () =>
        Effect.gen(function* () {
          const service = yield* Service.start({ issues: 100, pullRequestShare: stream === "issues" ? 0 : 1 })
          yield* service.control("PUT", "behaviour", { paging })
          for (let number = 31; number <= 70; number++)
            yield* service.touch("acme/large", number, "2026-11-05T00:00:00Z")
          const kept = memory()
          yield* Effect.gen(function* () {
            // After each page one item of those already read, and one of those to come, get a comment.
            const untouched = yield* service.items(stream, "acme/large")
            yield* run(stream, kept, (page, count) =>
              Effect.gen(function* () {
                const changes = page.next === null || count > 10 ? [] : [count, 30 + count, 100 - count]
                for (const number of changes) yield* service.touch("acme/large", number)
                return true
              })
            )
            const now = yield* service.items(stream, "acme/large")
            for (const [id, item] of now) {
              if (JSON.stringify(item) !== JSON.stringify(untouched.get(id))) untouched.delete(id)
            }
            assert.isAbove(untouched.size, 60)
            for (const [id, item] of untouched) assert.deepStrictEqual(told(kept.records.get(id)), told(item))
            yield* run(stream, kept)
            assertSame(kept, yield* service.items(stream, "acme/large"))
          }).pipe(Effect.provide(layer(service.url, { repositories: ["acme/large"], pageSize: 10 })))
        })
      )
    }

    it.scoped("go on after a crash at any page, without asking again for what was kept", () =>
      Effect.gen(function* () {
        const service = yield* Service.start({ issues: 40, pullRequestShare: 0.5 })
        yield* Effect.gen(function* () {
          const whole = memory()
          const { pages } = yield* run(stream, whole)
          assert.isAbove(pages.length, 3)
          const requests = (yield* service.asked).length
          for (let crash = 1; crash < pages.length; crash++) {
            const kept = memory()
            const before = (yield* service.asked).length
            const first = yield* run(stream, kept, (_, count) => Effect.succeed(count < crash))
            assert.strictEqual(first.pages.length, crash)
            const second = yield* run(stream, kept)
            assert.deepStrictEqual(kept.records, whole.records)
            assert.deepStrictEqual(kept.cursor, whole.cursor)
            // Pages without anything new are not kept, and so are asked for once more.
            const lost = first.pages.length - 1 - first.pages.map(({ fresh }) => fresh > 0).lastIndexOf(true)
            assert.strictEqual(second.pages.length, pages.length - crash + lost)
            assert.strictEqual((yield* service.asked).length, before + requests + lost)
          }
        }).pipe(Effect.provide(layer(service.url, { repositories: ["acme/large"], pageSize: 5 })))
      })
    )

    it.scoped("go on with the remaining repositories after a crash", () =>
      Effect.gen(function* () {
        const service = yield* Service.start()
        const kept = memory()
        yield* Effect.gen(function* () {
          // The first page of the second repository is the last that is kept.
          let ended = false
          yield* run(stream, kept, (page) => {
            const go = !ended
            ended = ended || page.cursor !== undefined
            return Effect.succeed(go)
          })
          const before = (yield* service.asked).length
          yield* run(stream, kept)
          assertSame(kept, yield* service.items(stream, ...both))
          const paths = (yield* service.asked).slice(before).map(({ path }) => path)
          assert.isFalse(paths.some((path) => path.includes("acme/app") || path.includes("1001")))
        }).pipe(Effect.provide(layer(service.url, { repositories: both })))
      })
    )

    it.scoped("are told unchanged by their entity tag, once a page is the whole of its list", () =>
      Effect.gen(function* () {
        const service = yield* Service.start({ issues: 12, pullRequestShare: 0.5 })
        const kept = memory()
        yield* Effect.gen(function* () {
          yield* run(stream, kept)
          const cursor = kept.cursor
          yield* run(stream, kept)
          const third = yield* run(stream, kept)
          assert.deepStrictEqual(
            third.pages.map(({ fresh, next, records, request }) => ({ fresh, next, records, status: request.status })),
            [{ fresh: 0, next: null, records: 0, status: 304 }]
          )
          assert.deepStrictEqual(third.pages[0]?.cursor, cursor)
          yield* service.touch("acme/large", 3)
          yield* service.touch("acme/large", 4)
          yield* run(stream, kept)
          assertSame(kept, yield* service.items(stream, "acme/large"))
          // Without a cursor everything is wanted, and a known tag is no answer.
          kept.cursor = null
          kept.records.clear()
          yield* run(stream, kept)
          assertSame(kept, yield* service.items(stream, "acme/large"))
        }).pipe(Effect.provide(layer(service.url, { repositories: ["acme/large"] })))
      })
    )

    it.scoped("are never taken for unchanged by the first of several pages", () =>
      Effect.gen(function* () {
        const service = yield* Service.start({ issues: 30, pullRequestShare: 0.5 })
        const kept = memory()
        yield* Effect.gen(function* () {
          yield* run(stream, kept)
          for (let number = 1; number <= 30; number++) yield* service.touch("acme/large", number)
          yield* run(stream, kept, () => Effect.succeed(false))
          // The position is lost, its page's tag is not.
          kept.position = null
          yield* run(stream, kept)
          assertSame(kept, yield* service.items(stream, "acme/large"))
        }).pipe(Effect.provide(layer(service.url, { repositories: ["acme/large"], pageSize: 5 })))
      })
    )
  })
}

describe("issues", () => {
  it.scoped("of a long list need no deep pages", () =>
    Effect.gen(function* () {
      const service = yield* Service.start({ issues: 50, behaviour: { maxPage: 1 } })
      const kept = memory()
      const { error } = yield* run("issues", kept).pipe(
        Effect.provide(layer(service.url, { repositories: ["acme/large"], pageSize: 10 }))
      )
      assert.isNull(error)
      assertSame(kept, yield* service.items("issues", "acme/large"))
    })
  )

  it.scoped("are read past any number of pull requests", () =>
    Effect.gen(function* () {
      const service = yield* Service.start({ issues: 60, pullRequestShare: 0.9 })
      const kept = memory()
      const { pages } = yield* run("issues", kept).pipe(
        Effect.provide(layer(service.url, { repositories: ["acme/large"], pageSize: 3 }))
      )
      assert.isTrue(pages.some(({ records }) => records === 0))
      assertSame(kept, yield* service.items("issues", "acme/large"))
    })
  )
})

describe("pull requests", () => {
  it.scoped("begin at the cursor where the recorded position is on another host", () =>
    Effect.gen(function* () {
      const config = { repositories: ["acme/large"], pageSize: 10 }
      const old = yield* Service.start({ issues: 30, pullRequestShare: 1 })
      const now = yield* Service.start({ issues: 30, pullRequestShare: 1 })
      const kept = memory()
      yield* run("pull_requests", kept, (_, count) => Effect.succeed(count < 2)).pipe(
        Effect.provide(layer(old.url, config))
      )
      assert.include(JSON.stringify(kept.position), old.url)
      const { error } = yield* run("pull_requests", kept).pipe(Effect.provide(layer(now.url, config)))
      assert.isNull(error)
      assertSame(kept, yield* now.items("pull_requests", "acme/large"))
    })
  )

  it.scoped("are followed by cursors where the links are such", () =>
    Effect.gen(function* () {
      const service = yield* Service.start({ issues: 30, pullRequestShare: 1, behaviour: { paging: "cursor" } })
      yield* run("pull_requests", memory()).pipe(
        Effect.provide(layer(service.url, { repositories: ["acme/large"], pageSize: 10 }))
      )
      const queries = (yield* service.asked).flatMap(({ path, query }) =>
        path.endsWith("/pulls") ? [new URLSearchParams(query)] : []
      )
      assert.deepStrictEqual(
        queries.map((query) => query.has("after")),
        [false, true, true]
      )
      assert.isFalse(queries.some((query) => query.has("page")))
    })
  )
})
