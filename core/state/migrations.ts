import { StateError } from '../errors.ts'
import type { Database } from './database.ts'

/** In order; the number of those applied is the file's `user_version`. Never change one that was released: add. */
const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID, STRICT;
  CREATE TABLE baseline (
    id INTEGER PRIMARY KEY, base_url TEXT NOT NULL, connection TEXT NOT NULL, type TEXT NOT NULL,
    resource_id TEXT NOT NULL, shape TEXT NOT NULL, records INTEGER NOT NULL, confirmed_at INTEGER NOT NULL,
    origin TEXT NOT NULL, siblings TEXT NOT NULL, run_id TEXT NOT NULL,
    UNIQUE (base_url, connection, type, resource_id, shape)
  ) STRICT;
  CREATE TABLE baseline_record (
    baseline INTEGER NOT NULL REFERENCES baseline (id), unique_id TEXT NOT NULL, body TEXT NOT NULL,
    accepted_at INTEGER, grp TEXT, PRIMARY KEY (baseline, unique_id)
  ) WITHOUT ROWID, STRICT;
  CREATE TABLE departure (
    target TEXT NOT NULL, digest TEXT NOT NULL, at INTEGER NOT NULL, approved INTEGER NOT NULL,
    PRIMARY KEY (target, digest)
  ) WITHOUT ROWID, STRICT;
  CREATE TABLE pending_push (
    target TEXT PRIMARY KEY, id TEXT NOT NULL, run_id TEXT NOT NULL, plan_hash TEXT NOT NULL,
    started_at INTEGER NOT NULL, records INTEGER NOT NULL
  ) WITHOUT ROWID, STRICT;
  CREATE TABLE hold (
    id TEXT PRIMARY KEY, scope TEXT NOT NULL, status TEXT NOT NULL, opened_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL, document TEXT NOT NULL
  ) WITHOUT ROWID, STRICT;
  CREATE INDEX hold_scope ON hold (scope, status);
  CREATE TABLE hold_subject (
    hold TEXT NOT NULL, rule TEXT NOT NULL, subject TEXT NOT NULL, PRIMARY KEY (hold, rule, subject)
  ) WITHOUT ROWID, STRICT;
  CREATE TABLE run (
    id TEXT PRIMARY KEY, status TEXT NOT NULL, started_at INTEGER NOT NULL, row TEXT NOT NULL, document TEXT
  ) WITHOUT ROWID, STRICT;
  CREATE INDEX run_started ON run (started_at);
  CREATE TABLE resource_run (
    run_id TEXT NOT NULL, scope TEXT NOT NULL, resource TEXT NOT NULL, at INTEGER NOT NULL, success INTEGER NOT NULL,
    row TEXT NOT NULL, PRIMARY KEY (run_id, scope)
  ) WITHOUT ROWID, STRICT;
  CREATE INDEX resource_run_scope ON resource_run (scope, at);
  CREATE INDEX resource_run_resource ON resource_run (resource, at);
  CREATE TABLE request (ticket INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, key TEXT NOT NULL, at INTEGER NOT NULL) STRICT;
  CREATE INDEX request_window ON request (kind, key, at);
  CREATE TABLE history (
    seq INTEGER PRIMARY KEY, chain TEXT NOT NULL, at INTEGER NOT NULL, kind TEXT NOT NULL, facts TEXT NOT NULL,
    previous TEXT NOT NULL, hash TEXT NOT NULL
  ) STRICT;
  CREATE INDEX history_chain ON history (chain, seq);
  `,
  `
  CREATE TABLE slot (
    scope TEXT PRIMARY KEY, schedule TEXT NOT NULL, slot_at INTEGER NOT NULL, daemon TEXT, settled INTEGER NOT NULL
  ) WITHOUT ROWID, STRICT;
  CREATE TABLE daemon (id TEXT PRIMARY KEY, beat_at INTEGER NOT NULL, row TEXT NOT NULL) WITHOUT ROWID, STRICT;
  CREATE TABLE pause (scope TEXT PRIMARY KEY, until INTEGER NOT NULL, row TEXT NOT NULL) WITHOUT ROWID, STRICT;
  CREATE TABLE connector_check (connector TEXT PRIMARY KEY, row TEXT NOT NULL) WITHOUT ROWID, STRICT;
  CREATE TABLE episode (scope TEXT PRIMARY KEY, row TEXT NOT NULL) WITHOUT ROWID, STRICT;
  CREATE TABLE delivery (
    id INTEGER PRIMARY KEY AUTOINCREMENT, notifier TEXT NOT NULL, at INTEGER NOT NULL, due_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL, notice TEXT NOT NULL
  ) STRICT;
  CREATE INDEX delivery_due ON delivery (due_at);
  `,
  `
  ALTER TABLE baseline_record ADD COLUMN gone_at INTEGER;
  `,
]

/** Brings the file to this version; one transaction, so that two processes that open it at once do it once. */
export function migrate(database: Database): void {
  // Asked without a lock first: who only looks does not wait for a run that is writing.
  if (versionOf(database) === MIGRATIONS.length) return
  database.transaction(() => {
    const version = versionOf(database)
    if (version > MIGRATIONS.length) {
      throw new StateError(
        'state-too-new',
        `The state ${database.path} has version ${version}; this vanta-sync knows ${MIGRATIONS.length} at most`,
        { hint: 'Use the vanta-sync that wrote it, or a newer one.' },
      )
    }
    for (const sql of MIGRATIONS.slice(version)) database.exec(sql)
    database.exec(`PRAGMA user_version = ${MIGRATIONS.length}`)
  })
}

function versionOf(database: Database): number {
  return Number(database.prepare('PRAGMA user_version').get()?.['user_version'] ?? 0)
}
