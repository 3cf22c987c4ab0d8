// All commands, in the groups that help shows them in.
import { connector } from "./ConnectorCommands.ts"
import { replay, send, sync } from "./CopyCommands.ts"
import { parent } from "./Define.ts"
import { emulate } from "./EmulateCommands.ts"
import { events, runs, sends, status, trace } from "./LogCommands.ts"
import { erase, prune } from "./ProtectionCommands.ts"
import { quarantine } from "./QuarantineCommands.ts"
import { schema } from "./SchemaCommands.ts"
import { demo, doctor, init } from "./SetupCommands.ts"
import { completion, help } from "./ShellCommands.ts"
import { key, login, logout } from "./SignInCommands.ts"
import { backup, exportLog, importLog, verify } from "./StoreCommands.ts"

export const tree = parent(
  "inlet",
  {
    summary: "Copies raw data from services into Databox datasets, through a log that loses nothing",
    examples: ["inlet demo", "inlet init", "inlet sync"]
  },
  { title: "First steps", commands: [demo, init, doctor, login, logout] },
  { title: "Copy", commands: [sync, send] },
  { title: "Look", commands: [status, runs, sends, events, trace] },
  { title: "Repair and keep", commands: [quarantine, replay, verify, backup, exportLog, importLog] },
  { title: "Data protection", commands: [prune, erase, key] },
  { title: "Develop", commands: [schema, connector, emulate] },
  { title: "This command line", commands: [help, completion] }
)
