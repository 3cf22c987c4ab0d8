// The address that a browser is led back to is there for as long as somebody waits for it.
import { connect } from "node:net"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import * as Redirect from "../../src/login/Redirect.ts"

describe("the address led back to", () => {
  it.live("is gone with its scope, whoever is connected still", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const { url } = yield* Scope.extend(Redirect.listen(0), scope)
      const asked = Effect.tryPromise(async () => (await fetch(new URL("/elsewhere", url))).status)
      assert.strictEqual(yield* asked, 404)
      const socket = connect({ host: url.hostname, port: Number(url.port) })
      const closed = new Promise<void>((resolve) => socket.on("error", () => {}).once("close", () => resolve()))
      yield* Effect.promise(() => new Promise<void>((resolve) => socket.once("connect", () => resolve())))
      yield* Scope.close(scope, Exit.void)
      yield* Effect.promise(() => closed)
      assert.isTrue(Exit.isFailure(yield* Effect.exit(asked)))
    })
  )
})
