// The work of a connector's side: the same in every place that it is done in.
const PAGES = 2_000
const ROWS = 100
const BODY = new Uint8Array(150_000).fill(97)

/** Rows of 20 columns, as a mapping makes them. */
const rows = (page) =>
  Array.from({ length: ROWS }, (_, row) => {
    const made = { id: `${page}-${row}`, updated_at: "2026-01-01T00:00:00.000Z" }
    for (let column = 0; column < 9; column++) made[`text_${column}`] = `some text of row ${row}`
    for (let column = 0; column < 9; column++) made[`number_${column}`] = page + row / 2
    return made
  })

/** The first answer: what the connector is, with what it took to get there. */
export const loaded = async () => {
  await import("@inlet/sdk")
  const { default: connector } = await import("@inlet/connector-github")
  const { system, user } = process.cpuUsage()
  return { streams: [...connector.streams.keys()], cpu: (user + system) / 1e3, memory: process.memoryUsage().rss }
}

/** Posts a page for each credit; after the last one what it took. */
export const pages = (post) => {
  let page = 0
  const cpu = process.cpuUsage()
  const busy = performance.eventLoopUtilization()
  const one = () => {
    if (page > PAGES) return
    if (page++ === PAGES) {
      const { system, user } = process.cpuUsage(cpu)
      post({ end: { cpu: (user + system) / 1e3, busy: performance.eventLoopUtilization(busy).active } })
      return
    }
    const body = BODY.slice()
    post({ body, rows: rows(page) }, [body.buffer])
  }
  return (credit) => {
    for (let n = 0; n < credit; n++) one()
  }
}
