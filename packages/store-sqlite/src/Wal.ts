// Reads the write-ahead log as a file (https://sqlite.org/fileformat2.html#walformat). SQLite takes it up to the first frame
// that does not fit and says nothing of what is behind. Mostly that is right: frames of an earlier round, or a transaction
// that a killed process did not finish. Where committed transactions are behind, something was damaged.
import { closeSync, fstatSync, openSync, readSync } from "node:fs"

const MAGIC = 0x377f0682
const HEADER = 32
const FRAME_HEADER = 24

export interface Wal {
  /** Frames that fit. */
  readonly frames: number
  /** Why what is behind them cannot be what SQLite left there; null where it can. */
  readonly problem: string | null
}

/** SQLite's running checksum, over an even number of words. */
const checksum = (bytes: Buffer, bigEndian: boolean, [first, second]: readonly [number, number]) => {
  let a = first
  let b = second
  for (let at = 0; at < bytes.length; at += 8) {
    a = (a + (bigEndian ? bytes.readUInt32BE(at) : bytes.readUInt32LE(at)) + b) >>> 0
    b = (b + (bigEndian ? bytes.readUInt32BE(at + 4) : bytes.readUInt32LE(at + 4)) + a) >>> 0
  }
  return [a, b] as const
}

const says = (bytes: Buffer, at: number, [a, b]: readonly [number, number]) =>
  bytes.readUInt32BE(at) === a && bytes.readUInt32BE(at + 4) === b

const scan = (file: number): { readonly wal: Wal; readonly header: Buffer } => {
  const { size } = fstatSync(file)
  const header = Buffer.alloc(HEADER)
  if (readSync(file, header, 0, HEADER, 0) < HEADER) return { header, wal: { frames: 0, problem: null } }
  const bigEndian = header.readUInt32BE(0) === MAGIC + 1
  let sum = checksum(header.subarray(0, 24), bigEndian, [0, 0])
  if ((header.readUInt32BE(0) & ~1) !== MAGIC || !says(header, 24, sum)) {
    const problem = size > HEADER ? "its header is damaged, so that nothing of it is read" : null
    return { header, wal: { frames: 0, problem } }
  }
  const frame = Buffer.alloc(FRAME_HEADER + header.readUInt32BE(8))
  const ofThisRound = () => frame.compare(header, 16, 24, 8, 16) === 0
  const total = Math.floor((size - HEADER) / frame.length)
  let frames = 0
  for (; frames < total; frames++) {
    readSync(file, frame, 0, frame.length, HEADER + frames * frame.length)
    if (!ofThisRound()) break
    const next = checksum(frame.subarray(FRAME_HEADER), bigEndian, checksum(frame.subarray(0, 8), bigEndian, sum))
    if (!says(frame, 16, next)) break
    sum = next
  }
  // The last frame of a transaction tells the size of the database. A single one may be of a transaction that a power loss
  // cut short before anybody was told of it; two cannot.
  let commits = 0
  for (let index = frames; index < total; index++) {
    readSync(file, frame, 0, FRAME_HEADER, HEADER + index * frame.length)
    if (ofThisRound() && frame.readUInt32BE(4) > 0) commits += 1
  }
  const problem =
    commits > 1
      ? `frame ${frames + 1} of ${total} is damaged, so that ${commits} transactions behind it are not read`
      : null
  return { header, wal: { frames, problem } }
}

/** Null where there is none. Right also while others write. Throws what the file system throws. */
export const inspect = (filename: string): Wal | null => {
  let file: number
  try {
    file = openSync(`${filename}-wal`, "r")
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return null
    throw cause
  }
  try {
    for (;;) {
      const { header, wal } = scan(file)
      // A writer that began a new round meanwhile makes frames of two rounds look like damage.
      const after = Buffer.alloc(HEADER)
      if (wal.problem === null || readSync(file, after, 0, HEADER, 0) === 0 || after.equals(header)) return wal
    }
  } finally {
    closeSync(file)
  }
}
