// `inlet emulate …`: services played on this computer.
import * as Options from "@effect/cli/Options"
import { command, family, port, text } from "./Define.ts"

const databox = command("databox", {
  summary: "Runs an emulator of the Databox API until Ctrl-C",
  examples: ["inlet emulate databox --port 4010"],
  takes: {
    port: port("port to listen on; by default a free one"),
    behaviour: text("behaviour", "JSON", 'switches, like {"upsert":"merge"}').pipe(Options.optional)
  },
  load: () => import("../commands/EmulateDatabox.ts")
})

export const emulate = family("emulate", {
  summary: "Runs an emulator of a service by itself",
  examples: ["inlet emulate databox"],
  commands: [databox]
})
