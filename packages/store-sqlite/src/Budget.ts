// Quotas on SQLite: one row a credential and window, so that every process takes from the same one.
import { Budget } from "@inlet/core"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Database from "./Database.ts"

const make = ({ run, sql, write }: Database.Connection): Budget.Budget["Type"] => {
  const select = sql.prepare<[string, string], Budget.Remaining>(
    "SELECT remaining, resets_at AS resetsAt FROM budgets WHERE credential = ? AND window = ?"
  )
  const upsert = sql.prepare<[string, string, number, number]>(
    "REPLACE INTO budgets (credential, window, remaining, resets_at) VALUES (?, ?, ?, ?)"
  )
  return {
    take: (credential, { limit, millis }, count) =>
      Effect.gen(function* () {
        const now = yield* Clock.currentTimeMillis
        const window = `${limit}/${millis}ms`
        return yield* write("take", () => {
          const known = select.get(credential, window)
          const { remaining, resetsAt } =
            known !== undefined && known.resetsAt > now ? known : { remaining: limit, resetsAt: now + millis }
          const granted = Math.min(count, remaining)
          if (granted > 0) upsert.run(credential, window, remaining - granted, resetsAt)
          return { granted, remaining: remaining - granted, resetsAt }
        })
      }),
    observe: (credential, window, { remaining, resetsAt }) =>
      Effect.asVoid(run("observe", () => upsert.run(credential, window, remaining, resetsAt))),
    seen: (credential, window) => run("seen", () => select.get(credential, window) ?? null)
  }
}

export const layer: Database.PortLayer<Budget.Budget> = Database.port(Budget.Budget, make)
