// A process that needs a key for the first time once it is told to, and says which one it has.
import * as Effect from "effect/Effect"
import * as TokenKey from "../../src/run/TokenKey.ts"

process.stdout.write("ready\n")
process.stdin.once("data", () => {
  Effect.runFork(
    Effect.map(
      Effect.flatMap(TokenKey.source, (source) => TokenKey.keys(source, "/elsewhere/inlet.db").current),
      (key) => process.stdout.write(`${key.export().toString("hex")}\n`)
    )
  )
  process.stdin.pause()
})
