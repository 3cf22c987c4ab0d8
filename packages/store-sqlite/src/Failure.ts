// What the codes of SQLite and of the file system mean for whoever reads the message. The only place that knows them.
import { EventStore } from "@inlet/core"
import Sqlite from "better-sqlite3"

type Meaning = readonly [reason: EventStore.StoreError["reason"], sentence: string]

const readOnly: Meaning = ["ReadOnly", "cannot be written to: the file, its folder or its disk is read-only"]
const locked: Meaning = ["Locked", "is locked by another process"]
const full: Meaning = ["Full", "cannot grow: its disk is full"]
const folder: Meaning = ["Open", "is a folder, where a file is needed"]

/** By primary result code (https://sqlite.org/rescode.html), or by the code of the file system. */
const MEANING: Readonly<Record<string, Meaning>> = {
  SQLITE_BUSY: locked,
  SQLITE_PROTOCOL: locked,
  SQLITE_FULL: full,
  SQLITE_READONLY: readOnly,
  SQLITE_CORRUPT: ["Damaged", "is damaged: SQLite cannot make sense of it"],
  SQLITE_NOTADB: ["Open", "is not an SQLite file, or its first page is damaged"],
  SQLITE_CANTOPEN: ["Open", "cannot be opened"],
  SQLITE_IOERR: ["Failed", "could not be read or written: the disk reported an error"],
  EACCES: readOnly,
  EPERM: readOnly,
  EROFS: readOnly,
  ENOSPC: full,
  EDQUOT: full,
  EISDIR: folder,
  ENOTDIR: ["Open", "cannot be created: a part of its path is a file, not a folder"],
  EEXIST: ["Open", "cannot be created: a part of its path is a file, not a folder"]
}

const codeOf = (cause: unknown): string | undefined => {
  if (cause instanceof Sqlite.SqliteError) return cause.code
  return cause instanceof Error && "syscall" in cause && "code" in cause ? String(cause.code) : undefined
}

/** Whether it may be the file itself that is damaged. */
export const isDamage = ({ reason }: EventStore.StoreError): boolean => reason === "Damaged" || reason === "Failed"

/** A failure that no code stands for. */
export const storeError = (
  filename: string,
  operation: string,
  reason: EventStore.StoreError["reason"],
  sentence: string
): EventStore.StoreError =>
  new EventStore.StoreError({ reason, operation, detail: `The store ${filename} ${sentence}` })

/** Translates what was thrown; whatever is a bug and no failure of the store is thrown again. */
export const fromCause = (filename: string, operation: string, cause: unknown): EventStore.StoreError => {
  if (cause instanceof EventStore.StoreError) return cause
  if (cause instanceof SyntaxError) {
    return storeError(filename, operation, "Damaged", `is damaged: it holds a text that is not JSON (${cause.message})`)
  }
  const code = codeOf(cause)
  if (code === undefined || !(cause instanceof Error)) throw cause
  const [reason, sentence] = MEANING[code.split("_", 2).join("_")] ?? ["Failed", `failed: ${cause.message}`]
  return storeError(filename, operation, reason, `${sentence} (${code})`)
}
