// The tables, and how a file gets them. A migration that was released is never changed; `user_version` counts those done.
import type Sqlite from "better-sqlite3"
import * as Failure from "./Failure.ts"

/** "INLT": says whose SQLite file it is. */
export const APPLICATION_ID = 0x494e_4c54

/** Records of a batch that still wait; the partial index and its queries must share the very expression. */
export const WAITING = "sent + unchanged + superseded + quarantined < records"

const MIGRATIONS: ReadonlyArray<string> = [
  `
  -- truth
  CREATE TABLE events (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    stream TEXT NOT NULL,
    version INTEGER NOT NULL,
    id TEXT NOT NULL UNIQUE,
    type TEXT NOT NULL,
    schema INTEGER NOT NULL,
    at TEXT NOT NULL,
    run TEXT NOT NULL,
    cause TEXT,
    trace TEXT,
    data TEXT NOT NULL CHECK (json_valid(data)),
    hash BLOB NOT NULL,
    UNIQUE (stream, version)
  ) STRICT;
  CREATE INDEX events_run ON events (run);
  CREATE INDEX events_type ON events (type);

  CREATE TABLE blobs (
    hash BLOB NOT NULL PRIMARY KEY,
    codec TEXT NOT NULL,
    size INTEGER NOT NULL,
    stored_at TEXT NOT NULL,
    bytes BLOB NOT NULL
  ) STRICT;

  -- coordination; token is null where the lease was given back
  CREATE TABLE leases (
    stream TEXT PRIMARY KEY,
    owner TEXT,
    token TEXT,
    since TEXT,
    until TEXT,
    polled TEXT
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE budgets (
    credential TEXT,
    window TEXT,
    remaining INTEGER NOT NULL,
    resets_at INTEGER NOT NULL,
    PRIMARY KEY (credential, window)
  ) STRICT, WITHOUT ROWID;

  -- views, rebuilt at will
  CREATE TABLE pipelines (
    stream TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    hash BLOB NOT NULL,
    last_run TEXT,
    head TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE runs (
    number INTEGER PRIMARY KEY,
    run TEXT NOT NULL UNIQUE,
    stream TEXT NOT NULL,
    mode TEXT NOT NULL,
    trigger TEXT NOT NULL,
    cursor TEXT NOT NULL,
    versions TEXT NOT NULL,
    started_at TEXT NOT NULL,
    trace TEXT,
    ended_at TEXT,
    outcome TEXT,
    error_code TEXT,
    error_message TEXT,
    read INTEGER NOT NULL DEFAULT 0,
    sent INTEGER NOT NULL DEFAULT 0,
    unchanged INTEGER NOT NULL DEFAULT 0,
    superseded INTEGER NOT NULL DEFAULT 0,
    quarantined INTEGER NOT NULL DEFAULT 0
  ) STRICT;

  CREATE TABLE batches (
    batch TEXT PRIMARY KEY,
    stream TEXT NOT NULL,
    run TEXT NOT NULL,
    version INTEGER NOT NULL,
    at TEXT NOT NULL,
    blob TEXT NOT NULL,
    records INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    request_key TEXT NOT NULL,
    etag TEXT,
    next TEXT NOT NULL,
    shape TEXT NOT NULL,
    sent INTEGER NOT NULL DEFAULT 0,
    unchanged INTEGER NOT NULL DEFAULT 0,
    superseded INTEGER NOT NULL DEFAULT 0,
    quarantined INTEGER NOT NULL DEFAULT 0
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX batches_waiting ON batches (stream, version) WHERE ${WAITING};
  CREATE INDEX batches_request ON batches (stream, request_key, version);

  CREATE TABLE sends (
    number INTEGER PRIMARY KEY,
    batch TEXT NOT NULL,
    part INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    stream TEXT NOT NULL,
    run TEXT NOT NULL,
    trace TEXT,
    at TEXT NOT NULL,
    dataset TEXT NOT NULL,
    mapping TEXT NOT NULL,
    rows INTEGER NOT NULL,
    columns TEXT NOT NULL,
    items TEXT NOT NULL,
    digest TEXT NOT NULL,
    outcome TEXT NOT NULL,
    request_id TEXT,
    ingestion_id TEXT,
    error_kind TEXT,
    error_code TEXT,
    error_message TEXT,
    error_status INTEGER,
    UNIQUE (batch, part, attempt)
  ) STRICT;
  CREATE INDEX sends_at ON sends (at);
  CREATE INDEX sends_run ON sends (run, at);

  CREATE TABLE quarantine (
    batch TEXT,
    item INTEGER,
    stream TEXT NOT NULL,
    run TEXT NOT NULL,
    at TEXT NOT NULL,
    part INTEGER NOT NULL,
    stage TEXT NOT NULL,
    key TEXT,
    code TEXT NOT NULL,
    path TEXT,
    state TEXT NOT NULL,
    PRIMARY KEY (batch, item)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX quarantine_open ON quarantine (stream) WHERE state = 'open';

  -- caches, deleted at the price of one full answer, or of sending again
  CREATE TABLE polls (
    stream TEXT,
    request_key TEXT,
    version INTEGER NOT NULL,
    blob TEXT NOT NULL,
    etag TEXT,
    PRIMARY KEY (stream, request_key)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE sent_datasets (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
  CREATE TABLE sent_rows (
    dataset INTEGER,
    key BLOB,
    digest BLOB NOT NULL,
    PRIMARY KEY (dataset, key)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- whose data a page is, as its source names them; null where it is nobody's
  ALTER TABLE blobs ADD COLUMN subject TEXT;

  -- what sources sign in with, encrypted; without bytes where it was refused or revoked
  CREATE TABLE tokens (
    connection TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    at INTEGER NOT NULL,
    key_id TEXT,
    nonce BLOB,
    bytes BLOB
  ) STRICT, WITHOUT ROWID;
  `
]

const done = (sql: Sqlite.Database): number => Number(sql.pragma("user_version", { simple: true }))

export const isCurrent = (sql: Sqlite.Database): boolean => done(sql) === MIGRATIONS.length

/** Throws a `StoreError` where the file belongs to another program or to a newer version of this one. Only reads. */
export const check = (sql: Sqlite.Database, filename: string): void => {
  const refuse = (reason: "Open" | "Newer", sentence: string) => {
    throw Failure.storeError(filename, "open", reason, sentence)
  }
  const application = sql.pragma("application_id", { simple: true })
  const fresh = application === 0 && sql.prepare("SELECT count(*) FROM sqlite_schema").pluck().get() === 0
  const version = done(sql)
  if (!fresh && application !== APPLICATION_ID) {
    refuse("Open", "belongs to another program: it is an SQLite file, but not one of Inlet")
  }
  if (version > MIGRATIONS.length) {
    refuse(
      "Newer",
      `was written by a newer Inlet (its format is ${version}, this one knows up to ${MIGRATIONS.length})`
    )
  }
}

/** Brings the file to the newest format, in one transaction. */
export const migrate = (sql: Sqlite.Database): void => {
  if (done(sql) >= MIGRATIONS.length) return
  sql
    .transaction(() => {
      // Another process may have done it meanwhile.
      const missing = MIGRATIONS.slice(done(sql))
      if (missing.length === 0) return
      for (const migration of missing) sql.exec(migration)
      sql.pragma(`application_id = ${APPLICATION_ID}`)
      sql.pragma(`user_version = ${MIGRATIONS.length}`)
    })
    .immediate()
}
