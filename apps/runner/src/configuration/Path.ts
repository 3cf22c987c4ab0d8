// Where a part of a document stands.

/** Names a part of a document: keys of maps and indexes of lists. */
export type Path = ReadonlyArray<PropertyKey>

/** @example describe(["sources", "github", "repositories", 0]) === "sources.github.repositories[0]" */
export const describe = (path: Path): string =>
  path.reduce<string>(
    (text, key) => (typeof key === "number" ? `${text}[${key}]` : text === "" ? String(key) : `${text}.${String(key)}`),
    ""
  )
