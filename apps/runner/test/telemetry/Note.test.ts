// The list of what a trace may say is what the conventions say, and the program's own table allows that and nothing else.
import { existsSync, readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import * as Allowed from "../../src/telemetry/Allowed.ts"
import * as Note from "./Note.ts"

const sorted = (keys: Iterable<string>) => [...new Set(keys)].sort()

describe("the program's table", () => {
  it("has the spans that are listed, with the same attributes", () => {
    for (const example of Note.EXAMPLES) {
      const patterns = Allowed.SPANS.filter(([pattern]) => pattern.test(example))
      assert.lengthOf(patterns, 1, example)
      const all = [...patterns.flatMap(([, keys]) => keys), ...Note.EVERYWHERE]
      assert.deepStrictEqual(sorted(all), sorted(Note.allowed(example) ?? []), example)
    }
    for (const [pattern] of Allowed.SPANS) {
      assert.isTrue(
        Note.EXAMPLES.some((example) => pattern.test(example)),
        String(pattern)
      )
    }
    for (const key of Note.EVERYWHERE) assert.isTrue(Allowed.ruleOf("decode").allows(key), key)
    assert.isFalse(Allowed.ruleOf("decode").allows("inlet.rows"))
  })

  it("has the events, links and attributes of the resource that are listed", () => {
    const names = sorted([...Object.keys(Note.EVENTS), ...Object.keys(Note.MORE_EVENTS)])
    assert.deepStrictEqual(sorted(Object.keys(Allowed.EVENTS)), names)
    for (const name of names) {
      assert.deepStrictEqual(sorted(Allowed.EVENTS[name] ?? []), sorted(Note.allowedIn(name) ?? []), name)
    }
    assert.deepStrictEqual(sorted(Allowed.LINKS), sorted(Note.LINKS))
    assert.deepStrictEqual(sorted(Allowed.RESOURCE), sorted(Note.RESOURCE))
  })
})

const conventions = new URL("../../../../../shared/references/observability.md", import.meta.url)

/** The part under a heading. */
const section = (text: string, number: number): string =>
  text.split(/^## /m).find((part) => part.startsWith(`${number}. `)) ?? ""

/** Names of attributes among what is set as code: such with a dot. */
const keysIn = (text: string): ReadonlyArray<string> =>
  [...text.replaceAll(/No `[^`]+`/g, "").matchAll(/`([a-z_]+(?:\.[a-z_*]+)+)`/g)].map(([, key = ""]) => key)

describe.skipIf(!existsSync(conventions))("the list (where the conventions are at hand)", () => {
  const text = existsSync(conventions) ? readFileSync(conventions, "utf8") : ""

  it("has the rows of section 3", () => {
    const rows = section(text, 3)
      .split("\n")
      .flatMap((line) => {
        const [, first = "", second = ""] = /^\| (.+?) \| (.+) \|$/.exec(line) ?? []
        return first === "" || first === "span" || first.startsWith("--") ? [] : [{ first, second }]
      })
    assert.lengthOf(rows, 11)
    for (const { first, second } of rows) {
      const names = [...first.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name)
      for (const name of names.length > 0 ? names : [first.replace(/ \*\*.*$/, "")]) {
        const listed = Note.SPANS.find((one) => one.name === name)
        assert.isDefined(listed, name)
        assert.deepStrictEqual(sorted(listed?.keys ?? []), sorted(keysIn(second)), name)
      }
    }
  })

  it("has the spans of the tree in section 2", () => {
    const [, tree = ""] = section(text, 2).split("```")
    const names = tree.split("\n").flatMap((line) => /^[ │├└─]*(.+?)(?:(?: {2,}| client →).*)?$/.exec(line)?.[1] ?? [])
    assert.isAbove(names.length, 14)
    assert.deepStrictEqual(
      names.filter((name) => Note.allowed(name) === undefined),
      [Note.GONE]
    )
  })

  it("has the events of section 4", () => {
    const paragraph = section(text, 4)
      .split("\n")
      .find((line) => line.startsWith("Events, few"))
    const told = [...(paragraph ?? "").matchAll(/`([a-z_.]+)`(?: \{([^}]*)\})?/g)].map(([, name = "", keys = ""]) => [
      name,
      keys
        .replace(/;.*$/, "")
        .split(", ")
        .filter((key) => key !== "")
    ])
    assert.deepStrictEqual(Object.fromEntries(told), Note.EVENTS)
  })

  it("has the resource of section 6", () => {
    const [first = ""] = section(text, 6).split("\n\n").slice(1)
    assert.deepStrictEqual(
      sorted(keysIn(first.replace(/No host name.*$/s, ""))),
      sorted([...Note.RESOURCE.filter((key) => !key.startsWith("telemetry.sdk.")), "telemetry.sdk.*"])
    )
  })
})
