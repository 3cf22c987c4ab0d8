import { defineConfig } from "vitest/config"

const conditions = ["@inlet/source"]

// One run over every package; sources are read without a build through the "@inlet/source" export condition.
export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ["{packages,apps}/*/test/**/*.test.ts", "scripts/**/*.test.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: "forks",
    maxWorkers: 2,
    minWorkers: 1
  }
})
