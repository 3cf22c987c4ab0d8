// The test of a new package, run as it is: the kit finds nothing wrong with any way of paging or signing in.
import { rmSync } from "node:fs"
import { join } from "node:path"
import { afterAll, describe } from "@effect/vitest"
import { AUTHS, PAGES, place, write } from "./Produced.ts"

const folder = place()
afterAll(() => rmSync(folder, { recursive: true }))

const bearer = PAGES.map((pages) => ({ pages }))
const others = AUTHS.filter((auth) => auth !== "bearer").map((auth) => ({ auth }))
for (const given of [...bearer, ...others]) {
  const made = write(folder, given)
  await describe(made.slice(folder.length + 1), () => import(join(made, "test/conformance.test.ts")))
}
