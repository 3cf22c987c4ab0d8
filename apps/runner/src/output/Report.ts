// How `sync`, `send` and `demo` tell what they did: one JSON document for programs, a table and an honest sentence for
// people.
import * as Effect from "effect/Effect"
import * as Trace from "../cli/Trace.ts"
import { exitCode, type Result } from "../run/RunAll.ts"
import * as Failure from "./Failure.ts"
import { Output, type OutputClosed, type Style } from "./Output.ts"
import * as Table from "./Table.ts"

/** The public form of a run. */
export const json = ({ failure, report }: Result) => {
  const { counts, dataset, mode, outcome, requests, run, source, stream, warnings } = report
  return { run, source, stream, dataset, mode, outcome, counts, requests, warnings, error: failure }
}

/** The one document of a command. */
export const document = (command: string, exitCode: number, runs: ReadonlyArray<unknown>) =>
  Effect.gen(function* () {
    const output = yield* Output
    yield* output.item({ command, exitCode, traceId: yield* Trace.id, runs })
  })

const STYLES: Readonly<Record<string, Style>> = { failed: "red", interrupted: "yellow", completed: "green" }

const COLUMNS: ReadonlyArray<Table.Column> = [
  { title: "pipeline", name: true },
  { title: "outcome", style: (cell) => STYLES[String(cell)] },
  { title: "read" },
  { title: "sent" },
  { title: "unchanged", spare: 1 },
  { title: "superseded", quiet: true },
  { title: "quarantined", quiet: true },
  { title: "pending" },
  { title: "run", spare: 2 }
]

const cells = ({ pending, quarantined, report }: Result): ReadonlyArray<Table.Cell> => {
  const { counts, outcome, run } = report
  return [
    nameOf(report),
    outcome,
    counts.read,
    counts.sent,
    counts.unchanged,
    counts.superseded,
    quarantined,
    pending,
    run
  ]
}

export const table = (results: ReadonlyArray<Result>): Effect.Effect<void, OutputClosed, Output> =>
  Effect.gen(function* () {
    const output = yield* Output
    for (const line of Table.lines(COLUMNS, results.map(cells), output)) yield* output.say(line)
  })

const sum = <A>(items: ReadonlyArray<A>, of: (item: A) => number) => items.reduce((total, item) => total + of(item), 0)

const nameOf = ({ source, stream }: Pick<Result["report"], "source" | "stream">) => `${source}/${stream}`

const count = (number: number) => number.toLocaleString("en-US")
const rows = (number: number) => `${count(number)} ${number === 1 ? "row" : "rows"}`

/** What the numbers mean for whoever reads them. */
export const sentence = (results: ReadonlyArray<Result>, { wait }: { readonly wait: boolean }): string => {
  const pending = sum(results, (one) => one.pending)
  const quarantined = sum(results, (one) => one.quarantined)
  const sent = sum(results, ({ report }) => report.counts.sent)
  const failed = results.filter(({ failure }) => failure !== null).length
  const stopped = results.some(({ report }) => report.outcome === "interrupted")
  const left = pending === 1 ? "1 record is kept and waits" : `${count(pending)} records are kept and wait`
  const parts = [
    ...(stopped ? ["Stopped before the end; the next sync goes on there."] : []),
    ...(failed > 0 ? [`${failed} of ${results.length} pipelines failed.`] : []),
    ...(pending > 0 && !wait ? ["Accepted is not confirmed: this command did not wait for Databox's verdict."] : []),
    ...(pending > 0 ? [`${left}: run inlet send.`] : []),
    ...(quarantined > 0 ? [`${rows(quarantined)} in quarantine, not at Databox: inlet quarantine list.`] : [])
  ]
  if (parts.length > 0) return parts.join(" ")
  return sent > 0 ? `Databox confirmed every row (${rows(sent)} sent).` : "Nothing is new; everything is confirmed."
}

/** Items that are equal by `key`, together, in the order of the first of each. */
const grouped = <A>(items: ReadonlyArray<A>, key: (item: A) => string): ReadonlyArray<ReadonlyArray<A>> => [
  ...items
    .reduce(
      (groups, item) => groups.set(key(item), [...(groups.get(key(item)) ?? []), item]),
      new Map<string, Array<A>>()
    )
    .values()
]

/** How many of a kind are named. */
const NAMED = 3

/** @example few(["a", "b", "c", "d", "e"]) === "a, b, c and 2 more" */
const few = (names: ReadonlyArray<string>): string =>
  names.length <= NAMED + 1 ? names.join(", ") : `${names.slice(0, NAMED).join(", ")} and ${names.length - NAMED} more`

/** What several pipelines were told is told once. */
const warn = (results: ReadonlyArray<Result>) =>
  Effect.gen(function* () {
    const output = yield* Output
    const all = results.flatMap(({ report }) => report.warnings.map((warning) => ({ name: nameOf(report), warning })))
    for (const group of grouped(all, ({ warning }) => warning)) {
      const [{ warning } = { warning: "" }] = group
      yield* output.warn(`${few(group.map(({ name }) => name))}: ${warning}`)
    }
  })

/** A failure that several pipelines ended with is one. */
const complain = (results: ReadonlyArray<Result>) =>
  Effect.gen(function* () {
    const output = yield* Output
    const all = results.flatMap(({ failure, pending, report }) =>
      failure === null ? [] : [{ ...failure, pending, name: nameOf(report), source: report.source }]
    )
    for (const group of grouped(all, ({ code, fix, message }) => JSON.stringify([code, fix, message]))) {
      const [one] = group
      if (one === undefined) continue
      const { code, fix, source } = one
      const alike = group.every(({ kept }) => kept === one.kept)
      const kept = alike
        ? one.kept
        : Failure.outbox({ reference: null, source, pending: sum(group, (one) => one.pending) })
      const references = few(group.flatMap(({ reference }) => (reference === null ? [] : [reference])))
      const message = `${few(group.map(({ name }) => name))}: ${one.message}`
      const failure = { code, message, kept, fix, reference: references === "" ? null : references }
      yield* output.complain(Failure.render(failure, output.aside))
    }
  })

/** The table, the failures, the sentence; with --quiet only what went wrong. */
const people = (results: ReadonlyArray<Result>, exit: number, options: { readonly wait: boolean }) =>
  Effect.gen(function* () {
    const output = yield* Output
    if (!output.quiet) yield* unread(table(results))
    yield* warn(results)
    yield* complain(results)
    if (!output.quiet) yield* unread(output.say(sentence(results, options)))
    else if (exit !== 0) yield* output.complain(sentence(results, options))
  })

/** A reader who went away does not change how it ended. */
const unread = <R>(writing: Effect.Effect<void, OutputClosed, R>) =>
  Effect.catchTag(writing, "OutputClosed", () => Effect.void)

/** Tells how a command's pipelines ended; the exit code of them together. */
export const tell = (command: string, results: ReadonlyArray<Result>, options: { readonly wait: boolean }) =>
  Effect.gen(function* () {
    const { json: asJson } = yield* Output
    const code = exitCode(results)
    yield* asJson ? unread(document(command, code, results.map(json))) : people(results, code, options)
    return code
  })
