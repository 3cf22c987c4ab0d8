// The table of raw pages. One that is past its time leaves a row without its bytes, so that it is known to have been removed.
import type Sqlite from "better-sqlite3"

/** In the place of how a page is packed: it was removed. */
export const PRUNED = "pruned"

export interface Page {
  readonly hash: Buffer
  readonly subject: string | null
  readonly codec: string
  /** Bytes of the page as it was received. */
  readonly size: number
  readonly storedAt: string
  readonly bytes: Buffer
}

export const COLUMNS = "hash, subject, codec, size, stored_at AS storedAt, bytes"

/** Stores pages that may be there already. Within a transaction. */
export const inserting = (sql: Sqlite.Database): ((page: Page) => void) => {
  // A page that comes back is a new row: one that grew in its place would move its neighbours about.
  const forget = sql.prepare<[Buffer]>(`DELETE FROM blobs WHERE hash = ? AND codec = '${PRUNED}'`)
  // What several people have letter for letter is nobody's alone.
  const insert = sql.prepare<Page>(
    `INSERT INTO blobs (hash, subject, codec, size, stored_at, bytes) VALUES (@hash, @subject, @codec, @size, @storedAt, @bytes)
     ON CONFLICT DO UPDATE SET subject = NULL WHERE subject IS NOT excluded.subject`
  )
  return (page) => {
    forget.run(page.hash)
    insert.run(page)
  }
}
