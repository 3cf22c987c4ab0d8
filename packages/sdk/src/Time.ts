// Instants as services tell them and as messages tell them.

/** No service is taken at its word about a wait for longer than this (milliseconds): it may have meant something else. */
export const DAY = 86_400_000

/** @example utc(0) === "1970-01-01 00:00:00 UTC" */
export const utc = (epochMillis: number): string =>
  `${new Date(epochMillis).toISOString().slice(0, 19).replace("T", " ")} UTC`
