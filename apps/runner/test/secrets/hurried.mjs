// Preloaded into a command that has to fail often: what it waits for between two attempts passes quickly.
const unhurried = globalThis.setTimeout

globalThis.setTimeout = (work, millis = 0, ...rest) => unhurried(work, millis / 20, ...rest)
