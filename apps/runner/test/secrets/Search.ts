// Looks for texts that must not be anywhere, in every form in which one could be written, and in all that a command leaves.
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { gunzipSync } from "node:zlib"
import Sqlite from "better-sqlite3"

/** Where a text was found or looked for, and what is there. */
export type Place = readonly [place: string, text: string]

/** As JSON, and JSON within JSON, have it. */
const quoted = (text: string) => JSON.stringify(text).slice(1, -1)

/** As it could be written: as it is, as an address or JSON has it, and in base64 at any offset, which is how HTTP Basic has it. */
export const forms = (secret: string): ReadonlyArray<string> => {
  const encoded = [0, 1, 2].map((skipped) =>
    // Of the first and the last group some bits belong to the neighbours.
    Buffer.from(":".repeat(skipped) + secret)
      .toString("base64")
      .slice(skipped === 0 ? 0 : 4, -4)
  )
  return [
    ...new Set([
      secret,
      encodeURI(secret),
      encodeURIComponent(secret),
      new URLSearchParams({ "": secret }).toString().slice(1),
      quoted(secret),
      quoted(quoted(secret)),
      ...encoded
    ])
  ]
}

const pagesOf = (path: string): ReadonlyArray<Place> => {
  const sql = new Sqlite(path, { readonly: true })
  const pages = sql.prepare<[], Buffer>("SELECT bytes FROM blobs WHERE length(bytes) > 0").pluck().all()
  sql.close()
  return pages.map((bytes) => ["a raw page", gunzipSync(bytes).toString("latin1")])
}

/** Every file below the folder, by its path there. */
export const written = (folder: string): ReadonlyArray<Place> =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile())
    .map(({ name, parentPath }) => join(parentPath, name))
    .map((path) => [path.slice(folder.length + 1), readFileSync(path).toString("latin1")])

/** What is packed in the stores there. */
export const packed = (folder: string): ReadonlyArray<Place> =>
  written(folder).flatMap(([path]) => (path.endsWith(".db") ? pagesOf(join(folder, path)) : []))

/** The places in which one of the texts is, in any form. */
export const found = (texts: Iterable<string>, places: ReadonlyArray<Place>): ReadonlyArray<string> => {
  const wanted = [...texts].flatMap(forms)
  return places.flatMap(([place, text]) => (wanted.some((form) => text.includes(form)) ? [place] : []))
}
