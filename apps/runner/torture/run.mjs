// npm run torture: kills the real command line wherever it can die and checks what was promised. See docs/torture.md.
// Ends with 0 (ok), 1 (FAILED) or 2 (inconclusive: not everything was met that had to be).
import { parseArgs } from "node:util"
import { dice } from "./dice.mjs"
import { BUGS, plant } from "./planted.mjs"
import { copy } from "./program.mjs"
import { episode, KILLS_AN_EPISODE } from "./random.mjs"
import * as Sweep from "./sweep.mjs"
import { FAULT_KINDS, KILL_KINDS } from "./weather.mjs"
import { open } from "./world.mjs"

const { values: options } = parseArgs({
  options: {
    random: { type: "boolean", default: false },
    planted: { type: "boolean", default: false },
    sample: { type: "string" },
    bug: { type: "string" },
    at: { type: "string" },
    scenario: { type: "string" },
    kills: { type: "string", default: "1000" },
    seed: { type: "string" },
    episode: { type: "string" },
    workers: { type: "string", default: "4" }
  }
})
const seed = Number(options.seed ?? (options.sample === undefined ? Math.floor(Math.random() * 2 ** 31) : 1))
const workers = Number(options.workers)
const began = performance.now()
const seconds = () => `${Math.round((performance.now() - began) / 1000)} s`
const sum = (counts) => Object.values(counts).reduce((total, n) => total + n, 0)
const add = (sums, more) => {
  for (const [name, count] of Object.entries(more)) sums[name] = (sums[name] ?? 0) + count
}

const failures = []
const fail = (where, problems) => {
  for (const problem of problems) {
    failures.push(`${where}: ${problem}`)
    console.log(`FAILED ${where}: ${problem}`)
  }
}
const missing = []

/** Does every job in one of several worlds, side by side. */
const inWorlds = async (program, jobs, work) => {
  const queue = [...jobs]
  await Promise.all(
    Array.from({ length: Math.min(workers, queue.length) }, async () => {
      const world = await open(program)
      try {
        for (let job = queue.shift(); job !== undefined; job = queue.shift()) await work(world, job)
      } finally {
        await world.close()
      }
    })
  )
}

const table = (title, counts) => {
  console.log(title)
  for (const [name, count] of Object.entries(counts)) console.log(`  ${String(count).padStart(6)}  ${name}`)
}

/** What had to be met at least so often, and was not. */
const demand = (what, counts, names, least) => {
  for (const name of names)
    if (!((counts[name] ?? 0) >= least)) missing.push(`${what} "${name}": ${counts[name] ?? 0} of ${least}`)
}

const within = async (use) => {
  const program = copy()
  try {
    await use(program)
  } finally {
    program.remove()
  }
}

/** The points of the scenarios. */
const pointsOf = async (program, names) => {
  const all = []
  await inWorlds(program, names, async (world, name) => void all.push(...(await Sweep.points(world, name))))
  return all
}

/** Every point there is, or the one that is told. */
const sweep = () =>
  within(async (program) => {
    const names = options.scenario === undefined ? Object.keys(Sweep.SCENARIOS) : [options.scenario]
    const all =
      options.at === undefined ? await pointsOf(program, names) : [{ scenario: names[0], kind: "told", at: options.at }]
    console.log(`${all.length} points in ${names.length} scenarios`)
    const kills = {}
    let [done, unmet, ready] = [0, 0, 0]
    await inWorlds(program, all, async (world, point) => {
      const where = `${point.scenario}, ${point.at}`
      let told = await Sweep.die(world, point)
      // How often a run asks for a verdict is a matter of time: a point may be met the second time only.
      if (!told.killed && told.problems.length === 0) told = await Sweep.die(world, point)
      if (told.killed) kills[point.kind] = (kills[point.kind] ?? 0) + 1
      else unmet += 1
      ready = Math.max(ready, told.ready)
      fail(where, told.problems)
      done += 1
      if (done % 50 === 0) console.log(`${done} points, ${seconds()}`)
    })
    table("kills", kills)
    console.log(`${done} points, ${sum(kills)} kills, ${unmet} not met, ready again within ${ready} ms`)
    if (unmet > all.length / 50) missing.push(`${unmet} points were not met`)
    if (options.at === undefined) demand("kills", kills, new Set(all.map(({ kind }) => kind)), 1)
  })

/** Some points of each kind: of a sync in worlds that go on, of a refresh and of an erasure in fresh ones. */
const sampled = () =>
  within(async (program) => {
    const each = Number(options.sample)
    const all = await pointsOf(program, ["next run"])
    const others = await pointsOf(program, ["refresh", "erasure"])
    const points = Sweep.sample(all, seed, { each })
    const shares = Array.from({ length: workers }, (_, n) => points.filter((_, index) => index % workers === n))
    const kills = {}
    await inWorlds(program, [...shares.entries()], async (world, [n, share]) => {
      const told = await Sweep.chain(world, share, seed + n)
      add(kills, told.kills)
      fail(`sample ${seed}, share ${n}`, told.problems)
    })
    const apart = Sweep.sample(others, seed, { each })
    await inWorlds(program, apart, async (world, point) => {
      const told = await Sweep.die(world, point)
      if (told.killed) add(kills, { [point.kind]: 1 })
      fail(`${point.scenario}, ${point.at}`, told.problems)
    })
    table("kills", kills)
    console.log(`${sum(kills)} kills at ${points.length + apart.length} of ${all.length + others.length} points`)
    demand("kills", kills, new Set(all.map(({ kind }) => kind)), 1)
  })

/** Episodes from seeds of one seed, until there were enough kills. */
const random = () =>
  within(async (program) => {
    const wanted = Number(options.kills)
    const chance = dice(seed)
    const seeds = function* () {
      while (sum(kills) < wanted && failures.length === 0) yield chance.below(2 ** 31)
    }
    const kills = {}
    const faults = {}
    let [episodes, ready, drained] = [0, 0, 0]
    const source = options.episode === undefined ? seeds() : [Number(options.episode)][Symbol.iterator]()
    await inWorlds(program, Array(workers).fill("turns"), async (world) => {
      for (let next = source.next(); !next.done; next = source.next()) {
        const told = await episode(world, next.value)
        add(kills, told.kills)
        add(faults, told.faults)
        episodes += 1
        ready = Math.max(ready, told.ready)
        drained = Math.max(drained, told.drained)
        fail(`episode ${next.value}`, told.problems)
        console.log(`episode ${next.value}: ${sum(told.kills)} kills; ${sum(kills)} in all, ${seconds()}`)
      }
    })
    table("kills", kills)
    table("faults", faults)
    console.log(
      `${sum(kills)} kills in ${episodes} episodes of ${KILLS_AN_EPISODE}, ${sum(faults)} faults, ready again within ${ready} ms, drained within ${drained} ms`
    )
    if (options.episode !== undefined) return
    if (sum(kills) < wanted) missing.push(`${sum(kills)} of ${wanted} kills`)
    demand("kills", kills, KILL_KINDS, Math.max(3, Math.floor(wanted / 100)))
    demand("faults", faults, FAULT_KINDS, Math.max(3, Math.floor(wanted / 100)))
  })

const ENOUGH = 200

/** Whether the harness finds what was planted, and with how many kills: points, late sinks and random episodes in turn. */
const seek = async (bug) => {
  const program = await plant(bug)
  const found = []
  let kills = 0
  const stop = () => found.length > 0 || kills >= ENOUGH
  const note = (how, told) => {
    kills += sum(told.kills)
    // Anything else would be a bug that nobody planted.
    const broken = told.problems.filter((problem) => BUGS[bug].breaks.test(problem))
    found.push(...broken.map((problem) => `${how}: ${problem}`))
  }
  try {
    const told = options.at === undefined ? null : { at: options.at, kind: options.at.split("#")[0] }
    const points = told ? Array(5).fill(told) : Sweep.sample(await pointsOf(program, ["next run"]), seed)
    const late = told ? [] : Sweep.sample(await pointsOf(program, ["late sink"]), seed)
    const chance = dice(seed)
    await inWorlds(program, Array(workers).fill("turns"), async (world) => {
      for (let turns = ENOUGH; turns > 0 && !stop(); turns--) {
        const share = points.splice(0, 10)
        const next = chance.below(2 ** 31)
        if (share.length > 0) note("points", await Sweep.chain(world, share, next, stop))
        for (const point of stop() ? [] : late.splice(0, 3)) {
          const { killed, problems } = await Sweep.die(world, point)
          note(point.at, { kills: { one: killed ? 1 : 0 }, problems })
        }
        if (!stop()) note(`episode ${next}`, await episode(world, next, 10))
      }
    })
  } finally {
    program.remove()
  }
  if (found.length === 0) fail(bug, [`not found with ${kills} kills`])
  else console.log(`found "${bug}" with ${kills} kills: ${found[0]}`)
}

const planted = async () => {
  for (const bug of options.bug === undefined ? Object.keys(BUGS) : [options.bug]) await seek(bug)
}

console.log(`seed ${seed}, ${workers} workers`)
await (options.planted
  ? planted()
  : options.random || options.episode
    ? random()
    : options.sample
      ? sampled()
      : sweep())
for (const one of missing) console.log(`too few: ${one}`)
const verdict = failures.length > 0 ? "FAILED" : missing.length > 0 ? "inconclusive" : "ok"
console.log(`${verdict}, seed ${seed}, ${seconds()}`)
process.exitCode = { ok: 0, FAILED: 1, inconclusive: 2 }[verdict]
