// Which answers can be named by their numbers.
import { assert, describe, it } from "@effect/vitest"
import * as Replies from "../../src/host/Replies.ts"

const bytes = (text: string) => new TextEncoder().encode(text)

const make = () => {
  const forgotten: Array<number> = []
  return { forgotten, replies: Replies.make((reply) => forgotten.push(reply)) }
}

describe("answers that were kept", () => {
  it("are found by what is in them, the newest of equal ones", () => {
    const { replies } = make()
    replies.keep(1, bytes("one"))
    replies.keep(2, bytes("two"))
    replies.keep(3, bytes("one"))
    assert.strictEqual(replies.find(bytes("one")), 3)
    assert.strictEqual(replies.find(bytes("two")), 2)
    assert.isUndefined(replies.find(bytes("six")))
    assert.isUndefined(replies.find(bytes("twofold")))
  })

  it("are eight, and whoever has the others is told", () => {
    const { forgotten, replies } = make()
    for (let reply = 1; reply <= 10; reply++) replies.keep(reply, bytes(`page ${reply}`))
    assert.deepStrictEqual(forgotten, [1, 2])
    assert.isUndefined(replies.find(bytes("page 2")))
    assert.strictEqual(replies.find(bytes("page 3")), 3)
  })

  it("are fewer where they are large, but always the newest", () => {
    const { forgotten, replies } = make()
    replies.keep(1, bytes("small"))
    replies.keep(2, new Uint8Array(20 * 1024 * 1024))
    assert.deepStrictEqual(forgotten, [1])
    assert.strictEqual(replies.find(new Uint8Array(20 * 1024 * 1024)), 2)
    replies.keep(3, bytes("small"))
    assert.deepStrictEqual(forgotten, [1, 2])
  })
})
