// Loaded into the program by tests of a disk that is nearly full: so many bytes are free as DISK_FREE says.
import promises from "node:fs/promises"
import { syncBuiltinESMExports } from "node:module"

promises.statfs = async () => ({ bsize: 1, bavail: Number(process.env.DISK_FREE) })
syncBuiltinESMExports()
