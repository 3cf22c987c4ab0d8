// The random mode: in each episode a fresh world lives through a number of deaths while its source goes on changing and
// its services behave badly; then the faults stop, and everything has to come right by itself.
import { setTimeout as sleep } from "node:timers/promises"
import { dice as makeDice } from "./dice.mjs"
import { check, promise, quarantined, resumes } from "./invariants.mjs"
import { follow } from "./source.mjs"
import * as Weather from "./weather.mjs"

export const KILLS_AN_EPISODE = 25
/** More rounds than this for so many kills: the points were not there. */
const ROUNDS = 3 * KILLS_AN_EPISODE
const READY_WITHIN = 5_000
const DRAINED_WITHIN = 60_000

/** How a run may end in bad weather: well, with rows in quarantine, or with a service that is not there now. */
const ENDS = [0, 3, 20, 21]

const add = (sums, more) => {
  for (const [name, count] of Object.entries(more)) sums[name] = (sums[name] ?? 0) + count
}

/** Changes the source while a run is under way, to its last moment. */
const changing = async (source, dice, run) => {
  let running = true
  const over = run.finally(() => {
    running = false
  })
  for (let left = dice.below(4); left > 0 && running; left--) {
    await Promise.race([sleep(dice.below(900)), over])
    await source.change(dice)
  }
  return over
}

/** One episode. What it decides follows from its seed alone; what the processes make of it, from their timing too. */
export const episode = async (world, seed, kills = KILLS_AN_EPISODE) => {
  const dice = makeDice(seed)
  await world.fresh()
  const source = await follow(world)
  const told = { seed, kills: {}, faults: {}, ready: 0, drained: 0, problems: [] }
  const blamed = new Set()
  const problem = (...sentences) => told.problems.push(...sentences)
  let dead = 0

  const { begin, kept } = promise(world, source)
  const judge = async (run, ends) => {
    if (run.hung) problem("I12: a run hung")
    else if (run.killed === null && !ends.includes(run.code)) problem(`I9: ended with ${run.code}: ${run.stdout}`)
    if (run.ready !== null) told.ready = Math.max(told.ready, run.ready)
    if (run.code === 0) problem(...(await kept()))
  }

  // A death while the dataset is looked for or made costs the next run half a minute or more of looking again.
  if (dice.chance(0.85)) await judge(await world.inlet(["sync", "--json"]), [0])

  for (let round = 0; dead < kills && round < ROUNDS && told.problems.length === 0; round++) {
    for (const key of await Weather.blow(world, dice, [...(await source.rows()).keys()])) blamed.add(key)
    for (let changes = 1 + dice.below(3); changes > 0; changes--) await source.change(dice)
    await begin()
    const kill = Weather.death(dice)
    const run = await changing(source, dice, world.inlet(["sync", "--json"], { kill }))
    if (run.killed !== null) {
      dead += 1
      add(told.kills, { [run.killed.kind]: 1 })
    }
    await judge(run, ENDS)
    add(told.faults, await Weather.clear(world))
  }

  /** Runs until one that reads all from the beginning ends well. */
  const drain = async () => {
    const began = performance.now()
    for (;;) {
      const unfinished = resumes(world)
      await begin()
      const run = await world.inlet(["sync", "--json"])
      await judge(run, ENDS)
      told.drained = Math.max(told.drained, Math.round(performance.now() - began))
      if (told.problems.length > 0 || (!unfinished && [0, 3].includes(run.code))) return
      if (told.drained > DRAINED_WITHIN) return problem(`I12: not drained after ${told.drained} ms: ${run.stdout}`)
    }
  }
  await drain()
  add(told.faults, await Weather.misbehaved(world))
  if (told.drained > DRAINED_WITHIN) problem(`I12: drained only after ${told.drained} ms`)
  if (told.ready > READY_WITHIN) problem(`I9: ready only after ${told.ready} ms`)
  const apart = quarantined(world)
  const innocent = [...apart].filter((key) => !blamed.has(key))
  if (innocent.length > 0 && !told.faults["failed after acceptance"])
    problem(`I1: ${innocent} in quarantine for nothing`)
  problem(...(await check(world, source, { apart, kills: dead })))
  if (apart.size > 0 && told.problems.length === 0) {
    // A refused row comes again when it changes at the source; nobody repairs anything here.
    for (const [key, row] of await source.rows()) if (apart.has(key)) await source.touch(row)
    await drain()
    problem(...(await check(world, source, { kills: dead })))
  }
  return told
}
