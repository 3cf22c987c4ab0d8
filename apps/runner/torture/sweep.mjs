// The sweep: one run tells which points there are, then each is died at once, in a fresh world. Between the death and the
// restart the source changes, so that an old row that arrives late would have a newer one to overwrite.

import * as Diary from "./diary.mjs"
import { dice } from "./dice.mjs"
import { check, forgotten, promise, quarantined, resumes } from "./invariants.mjs"
import * as Source from "./source.mjs"

/** The longest time from the start of a process to its first request (I9), milliseconds. */
const READY_WITHIN = 5_000
/** The longest time until everything is at the sink (I12), milliseconds. */
const DRAINED_WITHIN = 60_000

const nothing = async () => {}

const changed = async (world, source) => {
  await world.inlet(["sync"])
  const chance = dice(7)
  for (let left = 6; left > 0; left--) await source.change(chance)
}

/** An athlete who signed in, and whose activities were synced. */
const signedIn = async (world, source) => {
  await world.login()
  await changed(world, source)
}

/** Where new tokens may be lost: between the question for them and their commit. */
const LOSSES = /\/oauth\/token|TokenChanged|tokens/

/**
 * What a killed run was about: `sync`, unless `args` says otherwise. `exit` is how one that is not killed ends; `at` says which
 * points matter, all unless told. `mend` does what a person would after the restart, and says what is wrong.
 */
export const SCENARIOS = {
  "first run": { exit: 0, before: nothing },
  "next run": { exit: 0, before: changed },
  // What was sent before the death is applied long after the restart could have sent something newer.
  "late sink": {
    exit: 0,
    at: /^rows|SendAccepted/,
    before: async (world, source) => {
      await changed(world, source)
      await world.sink("PUT", "behaviour", { processMillis: 5_000 })
    },
    after: async (world, source) => {
      await world.sink("PUT", "behaviour", { processMillis: 20 })
      for (const row of (await source.rows()).values()) await source.touch(row)
    }
  },
  "refused row": {
    exit: 3,
    before: async (world, source) => {
      const [key] = source.first.keys()
      await world.sink("PUT", "behaviour", { rejectRows: { column: "issue_id", equals: key } })
    }
  },
  // At worst a new sign-in is asked for, and only where the service had replaced the tokens already.
  refresh: {
    exit: 0,
    service: "strava",
    at: /\/oauth\/token|TokenChanged|tokens|leases/,
    before: async (world, source) => {
      await signedIn(world, source)
      await world.strava("POST", "advance", { days: 0.3 })
    },
    mend: async (world, { code, stdout }, at) => {
      if (code !== 10) return []
      const { error } = JSON.parse(stdout).runs[0]
      await world.login()
      return [
        ...(LOSSES.test(at) ? [] : [`I14: a new sign-in is asked for after a death at ${at}`]),
        ...(error.code === "E_SOURCE_AUTH" && error.fix.includes("inlet login strava")
          ? []
          : [`I14: it says ${stdout}`])
      ]
    }
  },
  erasure: {
    exit: 0,
    service: "strava",
    args: ({ athlete }) => ["erase", "strava", "--subject", athlete, "--yes", "--json"],
    before: signedIn,
    mend: async (world, _, __, source) => forgotten(world, source, await source.words())
  }
}

const begin = async (world, scenario) => {
  await world.fresh(scenario.service)
  const source = await (scenario.service === "strava" ? Diary : Source).follow(world)
  await scenario.before(world, source)
  return source
}

const SYNC = ["sync", "--json"]
const argsOf = (world, { args = () => SYNC }) => args(world)

/** The points of a scenario, each as often as it comes in a run that is left alone. */
export const points = async (world, name) => {
  const scenario = SCENARIOS[name]
  await begin(world, scenario)
  const { code, points, stderr, stdout } = await world.inlet(argsOf(world, scenario))
  if (code !== scenario.exit)
    throw new Error(`${name}: the run that only counts ended with ${code}\n${stdout}${stderr}`)
  return points
    .filter(({ label }) => scenario.at?.test(label) ?? true)
    .flatMap(({ kind, label, times }) =>
      Array.from({ length: times }, (_, index) => ({ scenario: name, kind, at: `${label}#${index + 1}` }))
    )
}

/** Dies at one point, restarts, and says what is wrong. */
export const die = async (world, { at, scenario: name }) => {
  const scenario = SCENARIOS[name]
  const source = await begin(world, scenario)
  const { begin: beginning, kept } = promise(world, source)
  const problems = []
  const run = async (args, options = {}) => {
    await beginning()
    const began = performance.now()
    const run = await world.inlet(args, options)
    if (run.code === 0 && args === SYNC) problems.push(...(await kept()))
    return { ...run, took: Math.round(performance.now() - began) }
  }
  const judge = ({ code, ready, stderr, stdout, took }) => {
    if (code !== scenario.exit) problems.push(`I9: the restart ended with ${code}: ${stdout}${stderr}`)
    if (!(ready <= READY_WITHIN)) problems.push(`I9: ready only after ${ready} ms`)
    if (took > DRAINED_WITHIN) problems.push(`I12: drained only after ${took} ms`)
  }
  const args = argsOf(world, scenario)
  const { killed } = await run(args, { kill: at })
  await scenario.after?.(world, source)
  const [one, other] = source.first.values()
  await source.touch(one)
  await source.touch(other)
  const unfinished = resumes(world)
  const restart = await run(args)
  if (scenario.mend === undefined) judge(restart)
  else {
    problems.push(...(await scenario.mend(world, restart, at, source)))
    judge(await run(SYNC))
  }
  // The listing that was gone on with began before these changes.
  if (unfinished) judge(await run(SYNC))
  const apart = quarantined(world)
  if (scenario.exit === 0 && apart.size > 0) problems.push("I1: rows in quarantine that nobody refused")
  problems.push(...(await check(world, source, { apart, kills: 1 })))
  return { killed: killed !== null, ready: restart.ready, problems }
}

/**
 * One point of each label, or of as many labels of each kind as told. They are early ones, since runs that follow one
 * another have less to do.
 */
export const sample = (all, seed, { each = Number.POSITIVE_INFINITY } = {}) => {
  const chance = dice(seed)
  const labels = new Map()
  for (const { at, kind, scenario } of all) {
    const [label] = at.split("#")
    labels.set(label, { label, kind, scenario, times: (labels.get(label)?.times ?? 0) + 1, order: chance.next() })
  }
  const taken = new Map()
  const chosen = []
  for (const { kind, label, scenario, times } of [...labels.values()].sort((a, b) => a.order - b.order)) {
    const before = taken.get(kind) ?? 0
    if (before >= each) continue
    taken.set(kind, before + 1)
    chosen.push({ scenario, kind, at: `${label}#${1 + chance.below(Math.ceil(times / 4))}` })
  }
  return chosen
}

/** Dies at one point after the other in one world that goes on, then runs to the end; `stop` is asked between deaths. */
export const chain = async (world, points, seed, stop = () => false) => {
  const chance = dice(seed)
  const source = await begin(world, SCENARIOS["next run"])
  const { begin: beginning, kept } = promise(world, source)
  const told = { kills: {}, ready: 0, problems: [] }
  const run = async (options) => {
    await beginning()
    const run = await world.inlet(SYNC, options)
    told.ready = Math.max(told.ready, run.ready ?? 0)
    if (run.killed === null && run.code !== 0) told.problems.push(`I9: ended with ${run.code}: ${run.stdout}`)
    if (run.code === 0) told.problems.push(...(await kept()))
    return run
  }
  for (const { at, kind } of points) {
    if (stop() || told.problems.length > 0) break
    // A run that had nothing to do there ended well; the next one dies at the first place of that kind.
    let name
    for (const kill of [at, `${kind}#1`]) {
      if (name !== undefined) break
      for (let left = 3; left > 0; left--) await source.change(chance)
      name = (await run({ kill })).killed?.kind
    }
    if (name !== undefined) told.kills[name] = (told.kills[name] ?? 0) + 1
  }
  if (resumes(world)) await run({})
  await run({})
  if (told.ready > READY_WITHIN) told.problems.push(`I9: ready only after ${told.ready} ms`)
  const kills = Object.values(told.kills).reduce((sum, n) => sum + n, 0)
  told.problems.push(...(await check(world, source, { kills })))
  return told
}
