// The two ways to walk a list, against a model of lists that change under the walk.

import { assert, describe, it } from "@effect/vitest"
import { Incremental } from "@inlet/sdk"
import * as Issues from "../src/Issues.ts"
import * as Listing from "../src/Listing.ts"
import * as PullRequests from "../src/PullRequests.ts"
import * as Model from "./Model.ts"

const at = (second: number) => Incremental.advance(null, Model.entries(second))

describe("issues", () => {
  it("are found whatever moves, and however many share a time stamp", () => Model.checkWalks(Issues.list, "issues"))

  it("take hardly more requests than there are pages", () => {
    const stamps = Array.from({ length: 40 }, (_, second) => second)
    // Each page after the first begins with the last item of the one before.
    assert.strictEqual(Model.walk(Issues.list, Model.make("issues", stamps, 10), null, new Map()).requests, 5)
  })

  it("are read by links to the end where the server does not sort or heed `since`", () => {
    const listing = Listing.begin(at(5))
    for (const page of [Model.entries(9, 8), Model.entries(1, 9)]) {
      const { known, next } = Issues.list.step(listing, page, "2")
      assert.deepInclude(next, { url: "2", since: Model.time(5), linked: true })
      assert.strictEqual(known, listing.from)
      const after = Issues.list.step(next ?? listing, Model.entries(10, 11), "3")
      assert.deepInclude(after.next, { url: "3", linked: true })
      const end = Issues.list.step(after.next ?? listing, Model.entries(2), null)
      assert.isNull(end.next)
      assert.strictEqual(end.mark?.updatedAt, Model.time(11))
    }
  })

  it("may lack their times", () => {
    const untimed = [Listing.entry({ id: 1 }), Listing.entry({ id: 2, updated_at: "yesterday" }), Listing.entry(null)]
    const { next } = Issues.list.step(Listing.begin(null), untimed, "2")
    assert.deepInclude(next, { url: "2", since: null })
    assert.isNull(Issues.list.step(next ?? Listing.begin(null), untimed, null).mark)
  })
})

describe("pull requests", () => {
  it("are found whatever moves, and however many share a time stamp", () =>
    Model.checkWalks(PullRequests.list, "pulls"))

  it("are read no further back than to the watermark", () => {
    const stamps = Array.from({ length: 40 }, (_, second) => second)
    const source = Model.make("pulls", stamps, 10)
    const { mark } = Model.walk(PullRequests.list, source, null, new Map())
    assert.strictEqual(Model.walk(PullRequests.list, source, mark, new Map()).requests, 1)
    for (let id = 0; id < 12; id++) source.touch(id, 1)
    assert.strictEqual(Model.walk(PullRequests.list, source, mark, new Map()).requests, 2)
  })

  it("are read to the end where the server does not sort", () => {
    assert.isNotNull(PullRequests.list.step(Listing.begin(at(5)), Model.entries(3, 9, 4), "2").next)
    assert.isNull(PullRequests.list.step(Listing.begin(at(5)), Model.entries(9, 4), "2").next)
  })

  it("never lower the watermark", () => {
    assert.deepStrictEqual(PullRequests.list.step(Listing.begin(at(5)), Model.entries(4), null).mark, at(5))
  })
})
