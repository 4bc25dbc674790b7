import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { RollupTable } from './rollup-table.ts';

/** Raised with every change of the tables. What `migrate` does not know is dropped: all of it comes again from Kafka. */
const SCHEMA_VERSION = 2;

/** Clustered by series and length: a range of buckets lies together. `level` is the place in ROLLUP_LEVELS_MS. */
const ROLLUPS = `
  CREATE TABLE rollups (
    symbol INTEGER NOT NULL, window INTEGER NOT NULL, level INTEGER NOT NULL, bucket INTEGER NOT NULL,
    count INTEGER NOT NULL, minimum REAL, maximum REAL, last REAL,
    last_end INTEGER NOT NULL, last_start INTEGER NOT NULL, last_partition INTEGER NOT NULL,
    PRIMARY KEY (symbol, window, level, bucket)
  ) WITHOUT ROWID;
`;

/**
 * `sequence` is the rowid: new rows and newer revisions are appended at the end of the table's tree, and reading
 * on from a sequence is a range scan without an index of its own. The one index is the identity, in the order in
 * which the API reads. Names are integers, so that a row and its index entry stay under 150 bytes.
 */
const TABLES = `
  ${ROLLUPS}
  CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE symbols (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
  CREATE TABLE windows (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
  CREATE TABLE averages (
    sequence INTEGER PRIMARY KEY,
    symbol INTEGER NOT NULL, window INTEGER NOT NULL,
    window_start INTEGER NOT NULL, window_end INTEGER NOT NULL, partition INTEGER NOT NULL,
    revision INTEGER NOT NULL, is_final INTEGER NOT NULL, record_count INTEGER NOT NULL,
    average REAL, total REAL, minimum REAL, maximum REAL, earliest REAL, latest REAL, stddev REAL,
    input_offset INTEGER NOT NULL, schema_version INTEGER NOT NULL
  );
  CREATE UNIQUE INDEX averages_identity ON averages (symbol, window, window_end, window_start, partition);
  CREATE TABLE positions (
    topic TEXT NOT NULL, partition INTEGER NOT NULL, next_offset INTEGER NOT NULL,
    PRIMARY KEY (topic, partition)
  ) WITHOUT ROWID;
  CREATE TABLE topics (name TEXT PRIMARY KEY, id TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE journal (partition INTEGER PRIMARY KEY, written_ms INTEGER NOT NULL, entry TEXT NOT NULL);
`;

/** How a database was found: as it should be, not there, of an older version that could be brought up, or of another. */
export type Found = 'current' | 'none' | 'migrated' | 'replaced';

/**
 * Opens the database and makes its folder and tables where they are missing. The tables of an older version of the
 * sink are brought up to this one; any others are dropped, and everything in them comes again from Kafka.
 */
export function openDatabase(path: string): { database: DatabaseSync; found: Found } {
  try {
    if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true });
    return prepareDatabase(new DatabaseSync(path));
  } catch (cause) {
    const problem = cause instanceof Error ? cause.message : String(cause);
    const error = new Error(`the database cannot be used: DATABASE=${path}: ${problem}`, { cause });
    const remedy =
      'give a path that can be written; a damaged file may be deleted: all of it comes again from Kafka';
    throw Object.assign(error, { remedy });
  }
}

function prepareDatabase(database: DatabaseSync): { database: DatabaseSync; found: Found } {
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 5000;');
  // Checkpoints have a thread of their own (startCheckpoints); here only should it not come to them for 64 MiB.
  database.exec('PRAGMA wal_autocheckpoint = 16384;');
  // 16 MiB of page cache: the identity index of a day stays in memory.
  database.exec('PRAGMA cache_size = -16384; PRAGMA temp_store = MEMORY;');
  const version = Number(database.prepare('PRAGMA user_version').get()!['user_version']);
  if (version === SCHEMA_VERSION) return { database, found: 'current' };
  database.exec('BEGIN IMMEDIATE');
  const tables = tableNames(database);
  const found = tables.length === 0 ? 'none' : version === 1 ? 'migrated' : 'replaced';
  if (found === 'migrated') addRollups(database);
  else makeTables(database, tables);
  database.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`);
  database.exec('COMMIT');
  return { database, found };
}

function makeTables(database: DatabaseSync, old: string[]): void {
  for (const name of old) database.exec(`DROP TABLE "${name.replaceAll('"', '""')}"`);
  database.exec(TABLES);
  database.prepare("INSERT INTO meta VALUES ('database_id', ?)").run(newDatabaseId());
}

/** Version 1 had no roll-ups. */
function addRollups(database: DatabaseSync): void {
  database.exec(ROLLUPS);
  const rollups = new RollupTable(database);
  const pairs = database.prepare('SELECT s.id AS symbol, w.id AS window FROM symbols s CROSS JOIN windows w');
  const ends = database.prepare('SELECT window_end FROM averages WHERE symbol = ? AND window = ?');
  for (const pair of pairs.all()) {
    const [symbol, window] = [Number(pair['symbol']), Number(pair['window'])];
    for (const row of ends.iterate(symbol, window))
      rollups.changed(symbol, window, Number(row['window_end']));
    rollups.flush();
  }
}

/** 12 hexadecimal digits, without a hyphen: ids of the stream are `<database id>-<sequence>`. */
export function newDatabaseId(): string {
  return randomBytes(6).toString('hex');
}

function tableNames(database: DatabaseSync): string[] {
  const rows = database.prepare(
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
  );
  return rows.all().map((row) => String(row['name']));
}
