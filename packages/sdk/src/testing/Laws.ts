// What every connector has to keep to. The names are stable: reports, tests and cassettes go by them.

/**
 * The laws by their names: what each says, and whether it is one of each stream or of the connector as a whole.
 *
 * @since 0.1.0
 */
export const laws = {
  "config-errors": {
    of: "connector",
    says: "A configuration that it cannot work with is refused by a ConfigError that names the member, and never the value."
  },
  manifest: {
    of: "connector",
    says: "Its package.json says the same as the connector: name, version, streams, hosts, and how people sign in."
  },
  contract: {
    of: "connector",
    says: "Its contracts are valid, their recipes can be made, and what is written down of them is up to date."
  },
  "records-decode": {
    of: "stream",
    says: "Every recorded record becomes a row of the contract: its columns and no others, each of its type."
  },
  "keys-unique": {
    of: "stream",
    says: "Every row has its whole key, and no two different records of a run have the same one."
  },
  "cursor-forward": {
    of: "stream",
    says: "Times and numbers in a cursor never get lower, and whatever is to be gone on from is JSON."
  },
  resume: {
    of: "stream",
    says: "A run that stops after any page and is gone on from there brings the same rows as one that does not stop."
  },
  "boundary-duplicates": {
    of: "stream",
    says: "A record that moves from the end of a page to the beginning of the next one changes no row."
  },
  "unchanged-second-run": {
    of: "stream",
    says: "A second run over an unchanged service brings nothing new, and its cursor stays as it was."
  },
  limits: {
    of: "stream",
    says: "No more requests are under way than declared, none before the time that Retry-After names, none to another host."
  },
  "failure-status": {
    of: "stream",
    says: "Whatever the service answers instead of a page ends in a SourceError, or is asked again: it never passes for the end."
  },
  "no-secret": {
    of: "stream",
    says: "No secret of the configuration and no token is in a page, a cursor, an error, a log or a span."
  },
  "pure-mapping": {
    of: "stream",
    says: "Records and rows depend on the recorded page alone: not on the time, on chance, or on what was mapped before."
  }
} as const satisfies Readonly<Record<string, { readonly of: "connector" | "stream"; readonly says: string }>>

/**
 * The name of a law.
 *
 * @since 0.1.0
 */
export type Law = keyof typeof laws

/**
 * All names, in the order in which laws are checked.
 *
 * @since 0.1.0
 */
export const names = Object.keys(laws).filter((name): name is Law => name in laws)
