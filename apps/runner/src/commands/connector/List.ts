// `inlet connector list`: the connectors that there are, what they say of themselves, and whether they fit this program.
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as Listing from "../../output/Listing.ts"
import { Output } from "../../output/Output.ts"
import { clean } from "../../output/Table.ts"
import { type Installed, installed } from "./Installed.ts"

/** The public form of a connector. */
const json = ({ name, problem, said, sources }: Installed) => {
  const one = Option.getOrUndefined(said)
  const inlet = Option.getOrUndefined(Option.flatMap(said, ({ manifest }) => Either.getRight(manifest)))?.inlet
  return {
    name: one?.name ?? name,
    version: one?.version ?? null,
    folder: one?.folder ?? null,
    api: inlet?.api ?? null,
    streams: inlet?.streams ?? [],
    auth: inlet?.auth ?? null,
    hosts: inlet?.hosts ?? [],
    sources,
    compatible: problem === null,
    problem
  }
}
type Item = ReturnType<typeof json>

const listing: Listing.Listing<Item> = {
  columns: [
    { title: "connector", name: true },
    { title: "version" },
    { title: "fits", style: (cell) => (cell === "no" ? "red" : "green") },
    { title: "sources", least: 10 },
    { title: "auth", spare: 1 },
    { title: "hosts", least: 14, spare: 2 },
    { title: "streams" }
  ],
  cells: ({ auth, compatible, hosts, name, sources, streams, version }) => [
    name,
    version,
    compatible ? "yes" : "no",
    sources.length === 0 ? null : sources.join(", "),
    auth,
    hosts.length === 0 ? null : hosts.join(", "),
    streams.length
  ],
  json: (item) => item
}

export const run = Effect.fnUntraced(function* (_: object) {
  const output = yield* Output
  const items = (yield* installed).map(json)
  yield* Listing.print(Stream.fromIterable(items), listing, {
    json: output.json,
    none: "There is no connector: npm install one, or make one with inlet connector new."
  })
  for (const { problem } of output.json ? [] : items) if (problem !== null) yield* output.say(`\n${clean(problem)}`)
  return 0
})
