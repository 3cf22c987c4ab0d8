// `inlet erase`: everything of a source, or of one person in it, goes: from the store and from Databox.
import * as Prompt from "@effect/cli/Prompt"
import { Connections, Erase, type Mapping, RawData, SendLog } from "@inlet/core"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as Configuration from "../configuration/Configuration.ts"
import * as Connectors from "../configuration/Connectors.ts"
import * as Pipelines from "../configuration/Pipelines.ts"
import * as Activity from "../output/Activity.ts"
import * as Asking from "../output/Asking.ts"
import { UsageError } from "../output/Failure.ts"
import { Output } from "../output/Output.ts"
import * as Report from "../output/Report.ts"
import * as Table from "../output/Table.ts"
import * as Composition from "../run/Composition.ts"
import { type Job, type Result, runAll } from "../run/RunAll.ts"
import { place } from "../run/Store.ts"
import { version } from "../Version.ts"

export interface Options {
  readonly source: string
  readonly subject: Option.Option<string>
  readonly yes: boolean
}

/** The streams that anything was recorded of, be they configured now or not. */
const streams = Effect.fnUntraced(function* ({ connector, name }: Pipelines.ConfiguredSource) {
  const log = yield* SendLog.SendLog
  const known = yield* Stream.runCollect(
    Stream.filter(log.pipelines(), ({ lastRun, source }) => source === name && lastRun !== null)
  )
  const unknown = [...known].filter(({ stream }) => !connector.streams.has(stream)).map(({ stream }) => stream)
  if (unknown.length > 0) {
    return yield* new UsageError({
      detail: `${connector.name} does not know streams that were recorded of ${name}: ${unknown.join(", ")}.`,
      fix: "Install the version of it that has them, then run it again."
    })
  }
  return [...known].flatMap(({ stream }): ReadonlyArray<Mapping.Mapping> => {
    const spec = connector.streams.get(stream)
    return spec === undefined ? [] : [spec]
  })
})

const COLUMNS: ReadonlyArray<Table.Column> = [
  { title: "stream", name: true },
  { title: "raw pages" },
  { title: "records" },
  { title: "dataset, emptied", name: true },
  { title: "pages sent again", spare: 1 },
  { title: "pages not kept", quiet: true }
]

const cells = ({ datasets, gone, pages, records, rest, stream }: Erase.Outlook): ReadonlyArray<Table.Cell> => [
  stream,
  pages,
  records,
  datasets.length === 0 ? null : datasets.join(", "),
  rest,
  gone
]

const isGone = ({ events, pages }: Erase.Outlook) => pages + events === 0
const isOver = (outlook: Erase.Outlook | undefined) =>
  outlook !== undefined && isGone(outlook) && !outlook.unpurged && outlook.pending === 0

const unknownSubject = (source: string, subject: string) =>
  new UsageError({
    detail: `No raw page of ${source} is known to be one of ${subject}.`,
    fix: `Check how ${source} names its people. Where its pages do not tell whose they are: inlet erase ${source}`
  })

/** Shows what will be gone, and has it confirmed. */
const confirm = Effect.fnUntraced(function* (what: string, command: string, outlooks: ReadonlyArray<Erase.Outlook>) {
  const output = yield* Output
  yield* output.say(`Of ${what} this is erased for good:`)
  const rows = outlooks.filter(({ pages }) => pages > 0).map(cells)
  for (const line of Table.lines(COLUMNS, rows, output)) yield* output.say(line)
  if (outlooks.some(({ gone }) => gone > 0)) {
    yield* output.say("What was on pages not kept comes back with the next sync, if the source has it still.")
  }
  yield* output.say("Exports and backups that were made before are out of reach: delete them yourself.")
  if (!(yield* Asking.isPossible)) return yield* Asking.refuse(`${command} --yes`)
  return yield* Asking.ask(Prompt.confirm({ message: "Erase it?", initial: false }))
})

const complaining = <A, E extends { readonly message: string }, R>(
  what: string,
  effect: Effect.Effect<A, E, R>
): Effect.Effect<boolean, never, R | Output> =>
  Effect.matchEffect(effect, {
    onSuccess: () => Effect.succeed(true),
    onFailure: ({ message }) =>
      Effect.as(
        Effect.flatMap(Output, ({ warn }) => warn(`${what}: ${message}`)),
        false
      )
  })

/** Forgets what a whole source signs in with, and clears the files of what was erased; ends with whether they are clear. */
const clear = Effect.fnUntraced(function* (source: string, subject: string | null) {
  const { forget } = yield* Connections.Connections
  const { scrub } = yield* RawData.RawData
  const signedOut = forget(source, () => Effect.void)
  if (subject === null) yield* complaining("what it signs in with could not be forgotten", signedOut)
  const scrubbed = Activity.during("clearing the files of what was erased", () => scrub, { atOnce: true })
  return yield* complaining("erased data may be left in the files; run it again", scrubbed)
})

/** What is to be done when the log and Databox are done with it; the exit code follows from what comes of it. */
const finish = (source: string, subject: string | null) => (results: ReadonlyArray<Result>) =>
  Effect.gen(function* () {
    // Where somebody else is at work on a stream, nothing of it was erased.
    const held = results.some(({ exit }) => exit === 41)
    const isClear = held || (yield* clear(source, subject))
    const told = isClear ? results : results.map((result) => ({ ...result, exit: 40 }))
    return yield* Report.tell("erase", told, { wait: true })
  })

/** All was erased before, but maybe not cleared. */
const scrubOnly = Effect.fnUntraced(function* (source: string, subject: string | null) {
  const output = yield* Output
  const code = (yield* clear(source, subject)) ? 0 : 40
  if (output.json) yield* Report.document("erase", code, [])
  return code
})

/** What is left. */
const sentence = (what: string, outlooks: ReadonlyArray<Erase.Outlook>): string => {
  if (!outlooks.every(isGone)) return `Something of ${what} is kept still. Run it again.`
  return outlooks.some(({ unpurged }) => unpurged)
    ? `Nothing of ${what} is kept here; Databox has it until a run gets through to the end.`
    : `Nothing of ${what} is kept.`
}

export const run = Effect.fnUntraced(function* (options: Options) {
  const output = yield* Output
  const configuration = yield* Configuration.load
  yield* place
  const configured = yield* Pipelines.sources(configuration, [options.source])
  const chosen = yield* Pipelines.select(configured, { sources: [options.source], streams: [] })
  const subject = Option.getOrNull(options.subject)
  const what = subject === null ? options.source : `${subject} of ${options.source}`
  const command = `inlet erase ${options.source}${subject === null ? "" : ` --subject ${subject}`}`

  const work = Effect.forEach(chosen, (source) =>
    Effect.gen(function* () {
      const { connector, name } = source
      if (connector.fault !== null) return yield* connector.fault
      const specs = yield* streams(source)
      const look = Activity.during(`looking for what is kept of ${what}`, () =>
        Effect.forEach(specs, (spec) => Erase.outlook(name, spec, subject))
      )
      const outlooks = yield* look
      const hasPages = outlooks.some(({ pages }) => pages > 0)
      if (subject !== null && !hasPages) {
        const before = yield* Effect.exists(specs, (spec) => Erase.wasErased(name, spec, subject))
        if (!before) return yield* unknownSubject(name, subject)
      }
      if (hasPages && !options.yes && !(yield* confirm(what, command, outlooks))) {
        yield* output.note("Nothing was changed.")
        return 0
      }
      const { settle } = configuration.databox
      const versions = { app: version, connector: `${connector.name}@${connector.version}` }
      const run = { trigger: "cli", wait: true, settle, versions, subject }
      const jobs = specs.flatMap(
        (spec, index): ReadonlyArray<Job> =>
          isOver(outlooks[index])
            ? []
            : [{ source: name, connector: versions.connector, spec, work: Erase.erase(name, spec, run) }]
      )
      if (jobs.length > 0) yield* Erase.idle(name, specs)
      const code = yield* jobs.length > 0 ? runAll("erase", jobs, finish(name, subject)) : scrubOnly(name, subject)
      if (!output.quiet) yield* output.say(sentence(what, yield* look))
      return code
    })
  )
  const [code = 0] = yield* Effect.provide(work, Composition.layer(configuration))
  return code
}, Effect.provide(Connectors.layer))
