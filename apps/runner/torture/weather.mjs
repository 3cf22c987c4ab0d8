// What a random round does to the run: where it dies, and how Databox and GitHub behave meanwhile. Everything that is done
// is counted, so that a run that met too little of a kind can say so.
const SENDS = "/data$"

const on = (path, action, probability = 0.5) => ({ match: { path }, times: 3, probability, action })

/** Disturbances of Databox by the emulator's rules; the harness counts what fired. */
const SINK_FAULTS = {
  "answer lost": [
    { type: "reset-after" },
    { type: "reset-mid-body" },
    { type: "status", status: 502, html: true, after: true }
  ],
  "request lost": [{ type: "reset-before" }],
  "taken late": [{ type: "delay", millis: 300 }],
  "told to wait": [{ type: "rate-limit", retryAfter: 0 }],
  unavailable: [{ type: "status", status: 503 }]
}

const SOURCE_FAULTS = {
  "source fails": [{ type: "status", status: 502 }, { type: "reset-before" }, { type: "reset-mid-body" }]
}

const CALM = {
  processMillis: 20,
  jitterMillis: 0,
  visibilityDelayMillis: 0,
  failIngestions: "none",
  rejectRows: null,
  refuseRows: null
}

/** One of the keys; half of the time the first one, which changes the most and so is the most likely to be sent. */
const marked = (dice, keys) => ({ column: "issue_id", equals: dice.chance(0.5) ? keys[0] : dice.pick(keys) })

/** Behaviour of Databox that no rule can give; counted by what the sink's own records show. */
const BEHAVIOURS = {
  "applied late": () => ({ processMillis: 50, jitterMillis: 2_500 }),
  "shown late": () => ({ visibilityDelayMillis: 300 }),
  "failed after acceptance": (dice) => ({ failIngestions: { every: 2 + dice.below(3) } }),
  "row rejected": (dice, keys) => ({ rejectRows: marked(dice, keys) }),
  "row refused": (dice, keys) => ({ refuseRows: marked(dice, keys) })
}

const EDGES = ["before send", "after send", "in mid-answer", "after the answer"]

/** Kinds of points, each with the most that is counted to before dying. */
const DEATHS = {
  write: 60,
  "before commit": 20,
  "after commit": 20,
  ...Object.fromEntries(EDGES.map((edge) => [`source: ${edge}`, 4])),
  ...Object.fromEntries(EDGES.map((edge) => [`sink: ${edge}`, 5])),
  ...Object.fromEntries(EDGES.map((edge) => [`rows: ${edge}`, 5])),
  time: 2_500
}

export const KILL_KINDS = Object.keys(DEATHS)
export const FAULT_KINDS = [...Object.keys(SINK_FAULTS), ...Object.keys(SOURCE_FAULTS), ...Object.keys(BEHAVIOURS)]

/** Where the run of a round dies. */
export const death = (dice) => {
  const kind = dice.pick(KILL_KINDS)
  return `${kind}#${1 + dice.below(DEATHS[kind])}`
}

/** Makes the weather of a round, over a clear sky. Returns the keys that the sink was told to be against. */
export const blow = async (world, dice, keys) => {
  if (dice.chance(0.4)) {
    const kind = dice.pick(Object.keys(SINK_FAULTS))
    const rules = SINK_FAULTS[kind].map((action) => on(SENDS, action))
    await world.sink(
      "PUT",
      "faults",
      rules.map((rule, n) => ({ ...rule, id: `${kind}/${n}`, seed: dice.below(1e9) }))
    )
  }
  if (dice.chance(0.1)) {
    const rules = SOURCE_FAULTS["source fails"].map((action) => on("/issues", action, 0.3))
    await world.source(
      "PUT",
      "faults",
      rules.map((rule, n) => ({ ...rule, id: `source fails/${n}`, times: 1, seed: dice.below(1e9) }))
    )
  }
  if (dice.chance(0.4)) {
    const behaviour = BEHAVIOURS[dice.pick(Object.keys(BEHAVIOURS))](dice, keys)
    await world.sink("PUT", "behaviour", behaviour)
    return [behaviour.rejectRows, behaviour.refuseRows].flatMap((selector) => (selector ? [selector.equals] : []))
  }
  return []
}

/** Faults stop. Returns how often the rules in force had fired, by kind. */
export const clear = async (world) => {
  const fired = {}
  for (const side of [world.sink, world.source]) {
    for (const rule of (await side("GET", "faults")).faults) {
      const [kind] = rule.id.split("/")
      fired[kind] = (fired[kind] ?? 0) + rule.fired
    }
    await side("DELETE", "faults")
  }
  await world.sink("PUT", "behaviour", CALM)
  return fired
}

const LATE = 500

/** How often Databox behaved badly, as its own records show. */
export const misbehaved = async (world) => {
  const { ingestions } = await world.sink("GET", "ingestions")
  const { entries } = await world.sink("GET", "journal")
  const own = entries.filter(({ fault }) => fault === undefined)
  const count = (list, is) => list.filter(is).length
  return {
    "applied late": count(ingestions, ({ applied, submitted }) => Date.parse(applied) - Date.parse(submitted) > LATE),
    "shown late": count(own, ({ path, status }) => status === 404 && path.includes("/ingestions/")),
    "failed after acceptance": count(ingestions, ({ state }) => state === "failed"),
    "row rejected": count(ingestions, ({ rejected, state }) => state === "applied" && rejected > 0),
    "row refused": count(own, ({ path, status }) => status === 400 && path.endsWith("/data"))
  }
}
