// Jaeger as compose.yaml starts it: one version that does not change by itself, and nobody but this computer is let in.
import { readFile } from "node:fs/promises"
import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { parse } from "yaml"

const Service = Schema.Struct({ image: Schema.String, ports: Schema.Array(Schema.String) })
const decode = Schema.decodeUnknownSync(Schema.Struct({ services: Schema.Struct({ jaeger: Service }) }), {
  onExcessProperty: "error"
})

it.effect("compose.yaml", () =>
  Effect.gen(function* () {
    const text = yield* Effect.promise(() => readFile(new URL("../../../../compose.yaml", import.meta.url), "utf8"))
    const { image, ports } = decode(parse(text)).services.jaeger
    assert.match(image, /\/jaeger:2\.\d+\.\d+$/)
    assert.deepStrictEqual(
      ports,
      [16686, 4318, 13133].map((port) => `127.0.0.1:${port}:${port}`)
    )
  })
)
