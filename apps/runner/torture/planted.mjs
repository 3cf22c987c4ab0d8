// Known bugs, each a change of the core's text that only these builds have. A harness that finds none of them proves
// nothing. A text that is no longer there is an error, so that a plant cannot rot unseen.
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { build } from "esbuild"
import { copy, runner } from "./program.mjs"

const programs = fileURLToPath(new URL("../../../packages/core/src/programs", import.meta.url))

/** By name: which invariants it breaks, and in which file which text becomes which. */
export const BUGS = {
  "cursor before rows": {
    breaks: /I[18]:/,
    changes: [
      {
        file: "Extract.ts",
        from: "    yield* log.commit(facts, { blobs: [blob] })",
        to: `    yield* log.commit(facts.filter(({ type }) => type === "CursorMoved"))
    yield* log.commit(facts.filter(({ type }) => type !== "CursorMoved"), { blobs: [blob] })`
      }
    ]
  },
  "accepted counted as done": {
    breaks: /I[158]:/,
    changes: [
      {
        file: "Confirm.ts",
        from: "const verdict = yield* sink.outcome(dataset, receipt, rows.length)",
        to: 'const verdict = { _tag: "Confirmed", received: rows.length, appended: rows.length, overwritten: 0 }'
      }
    ]
  },
  "timeout counted as success": {
    breaks: /I[18]:/,
    changes: [
      {
        file: "Post.ts",
        from: "Effect.either(sink.send(dataset, body))",
        to: `Effect.either(
        Effect.catchIf(sink.send(dataset, body), ({ kind }) => kind === "uncertain", () =>
          Effect.succeed({ ingestionId: "lost", requestId: null }))
      )`
      },
      {
        file: "Confirm.ts",
        from: "const verdict = yield* sink.outcome(dataset, receipt, rows.length)",
        to: `const verdict = receipt.ingestionId === "lost"
        ? { _tag: "Confirmed", received: rows.length, appended: rows.length, overwritten: 0 }
        : yield* sink.outcome(dataset, receipt, rows.length)`
      }
    ]
  },
  "no barrier": {
    breaks: /I4:/,
    changes: [
      {
        file: "Barrier.ts",
        from: "  const observer = yield* RunObserver\n",
        to: "  if (since !== null) return\n  const observer = yield* RunObserver\n"
      }
    ]
  }
}

/** The text of a file with its bugs. */
const infest = async (path, changes) => {
  let text = await readFile(path, "utf8")
  for (const { from, to } of changes) {
    if (text.split(from).length !== 2) throw new Error(`${path} has not once: ${from}`)
    text = text.replace(from, () => to)
  }
  return text
}

/** Builds the runner with one bug, as apps/runner/build.mjs builds it without. */
export const plant = async (name) => {
  const program = copy({ without: ["dist"] })
  const files = new Map()
  for (const change of BUGS[name].changes) {
    const path = join(programs, change.file)
    files.set(path, [...(files.get(path) ?? []), change])
  }
  const applied = new Set()
  await build({
    absWorkingDir: runner,
    entryPoints: ["src/bin.ts"],
    outdir: join(program.folder, "dist"),
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20",
    conditions: ["@inlet/source"],
    external: ["better-sqlite3"],
    banner: {
      js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);'
    },
    logLevel: "warning",
    plugins: [
      {
        name: "plant",
        setup: ({ onLoad }) =>
          onLoad({ filter: /core\/src\/programs\/\w+\.ts$/ }, async ({ path }) => {
            const changes = files.get(path)
            if (changes === undefined) return undefined
            applied.add(path)
            return { contents: await infest(path, changes), loader: "ts" }
          })
      }
    ]
  })
  if (applied.size !== files.size) throw new Error(`${name}: the program is not made of the files with the bug`)
  return program
}
