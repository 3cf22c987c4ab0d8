// Loaded into the program by tests of bad disks: each of its databases has no more pages than STORE_PAGES, or is opened by
// somebody who may write no more than STORE_OPENER says. The errors are SQLite's own.
import { createRequire } from "node:module"

const { STORE_OPENER = "own", STORE_PAGES } = process.env
const NOBODY = 65534
const require = createRequire(process.argv[1])
// The very object that better-sqlite3 takes its connections from.
const addon = require("better-sqlite3/build/Release/better_sqlite3.node")

/** The superuser may write anywhere, so as somebody else. */
const asNobody = (work) => {
  if (process.geteuid() !== 0) return work()
  process.seteuid(NOBODY)
  try {
    return work()
  } finally {
    process.seteuid(0)
  }
}

addon.Database = new Proxy(addon.Database, {
  construct: (target, values) => {
    const make = () => {
      const sql = new target(...values)
      // SQLite opens the files beside it with the first access only.
      if (STORE_OPENER === "nobody") sql.exec("SELECT * FROM sqlite_schema")
      return sql
    }
    const sql = STORE_OPENER === "nobody" ? asNobody(make) : make()
    if (STORE_PAGES !== undefined) sql.exec(`PRAGMA max_page_count = ${STORE_PAGES}`)
    return sql
  }
})
