// A person signs in on another device: how often is asked, and what the answers mean.
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { OAuth, type Source } from "../../src/index.ts"
import { type Answer, impatiently, json } from "../Scripted.ts"
import { ACCESS, CANARIES, DEVICE, http, issued, provider, refused, SECRET } from "./Provider.ts"

type Reason = (OAuth.SignInError | Source.SourceError)["reason"]

const opened = (more: object = {}): Answer =>
  json({
    device_code: DEVICE,
    user_code: "WDJB-MJHT",
    verification_uri: "https://rides.example/device",
    expires_in: 1800,
    ...more
  })

const run = Effect.fnUntraced(function* (answers: ReadonlyArray<Answer>, more: Partial<OAuth.Provider> = {}) {
  const { asked, provider: rides } = yield* provider(answers, () => more)
  const device = yield* http(OAuth.beginOnDevice(rides))
  const { result, waits } = yield* http(impatiently(device.finish))
  const pauses = waits.map(({ until }, index) => (until ?? 0) - (waits[index - 1]?.until ?? 0))
  return { asked: asked(), device, result, pauses }
})

describe("a sign-in on another device", () => {
  it.scoped("shows a code, and asks at the service's pace until it was entered", () =>
    Effect.gen(function* () {
      const pending = refused("authorization_pending")
      const answers = [opened(), pending, refused("slow_down"), pending, issued({ scope: "read" })]
      const { asked, device, pauses, result } = yield* run(answers)
      assert.deepInclude(device, { code: "WDJB-MJHT", completeUrl: null, until: 1_800_000 })
      assert.strictEqual(device.url.href, "https://rides.example/device")
      assert.deepStrictEqual(pauses, [5000, 5000, 10_000, 10_000])
      assert(Either.isRight(result))
      assert.deepStrictEqual(result.right.missing, ["activity:read"])
      assert.deepStrictEqual(asked[0], {
        method: "POST",
        url: "/device",
        authorization: undefined,
        form: { scope: "read activity:read", client_id: "inlet", client_secret: SECRET }
      })
      assert.deepStrictEqual(asked[1]?.form, {
        grant_type: "urn:ietf:params:oauth:grant-type:device_code",
        device_code: DEVICE,
        client_id: "inlet",
        client_secret: SECRET
      })
    })
  )

  it.scoped("is not waited for longer than a day", () =>
    Effect.gen(function* () {
      const { device } = yield* run([opened({ expires_in: 1e300 }), issued()])
      assert.strictEqual(device.until, 86_400_000)
    })
  )

  it.scoped("takes the interval that the service tells, and an address with the code in it", () =>
    Effect.gen(function* () {
      const complete = "https://rides.example/device?code=WDJB-MJHT"
      const { device, pauses } = yield* run([opened({ interval: 1, verification_uri_complete: complete }), issued()])
      assert.deepStrictEqual(pauses, [1000])
      assert.strictEqual(device.completeUrl?.href, complete)
    })
  )

  it.scoped("knows the address under its older name", () =>
    Effect.gen(function* () {
      const older = { verification_uri: undefined, verification_url: "https://rides.example/older" }
      const { device } = yield* run([opened(older), issued()])
      assert.strictEqual(device.url.href, "https://rides.example/older")
    })
  )

  it.scoped("asks on, more seldom, while the service is away", () =>
    Effect.gen(function* () {
      const limited = json({}, { "retry-after": "120" }, 429)
      const { pauses, result } = yield* run([opened(), json({}, {}, 502), limited, issued()])
      assert.deepStrictEqual(pauses, [5000, 10_000, 120_000])
      assert.isTrue(Either.isRight(result))
    })
  )

  const ends: ReadonlyArray<readonly [string, ReadonlyArray<Answer>, Reason]> = [
    ["was denied", [refused("access_denied")], "Denied"],
    ["is too old", [refused("expired_token")], "Expired"],
    ["is too old by our clock", [refused("authorization_pending")], "Expired"],
    ["belongs to a client that is not known", [refused("invalid_client", 401)], "Forbidden"],
    ["gives less than is needed", [issued({ scope: "profile" })], "Scopes"]
  ]
  for (const [what, answers, reason] of ends) {
    it.scoped(`ends where the code ${what}`, () =>
      Effect.gen(function* () {
        const { result } = yield* run([opened({ expires_in: 60 }), ...answers], { needed: ["read"] })
        assert(Either.isLeft(result))
        assert.strictEqual(result.left.reason, reason)
        for (const canary of [...CANARIES, ACCESS]) assert.notInclude(JSON.stringify(result.left), canary)
      })
    )
  }

  for (const [what, answer, reason] of [
    ["is refused", refused("invalid_scope"), "Rejected"],
    ["has no code", json({ expires_in: 1 }), "Malformed"],
    ["leads to something that is no web page", opened({ verification_uri: "file:///etc/passwd" }), "Malformed"]
  ] as const) {
    it.scoped(`does not begin where it ${what}`, () =>
      Effect.gen(function* () {
        const { provider: rides } = yield* provider([answer])
        assert.deepInclude(yield* Effect.flip(http(OAuth.beginOnDevice(rides))), { reason })
      })
    )
  }
})
