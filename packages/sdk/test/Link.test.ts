// The Link header, in the forms that services write.
import { assert, describe, it } from "@effect/vitest"
import { Link } from "../src/index.ts"

describe("the target of a link", () => {
  const url = "https://api.example/repositories/1/issues?labels=a,b&page=2"
  const cases: ReadonlyArray<readonly [string | undefined, string | null]> = [
    [`<${url}>; rel="next", <https://api.example/last>; rel="last"`, url],
    [`<https://api.example/prev>; rel="prev", <${url}>;rel=next`, url],
    [`<${url}>; title="a, rel=x"; REL="last Next"`, url],
    [`<${url}>; rel="last"`, null],
    [`<${url}>; rel="next-page"`, null],
    ["", null],
    [undefined, null],
    ["garbage; rel=next", null]
  ]
  for (const [header, expected] of cases) {
    it(`of ${header} is ${expected}`, () => assert.strictEqual(Link.target(header, "next"), expected))
  }
})
