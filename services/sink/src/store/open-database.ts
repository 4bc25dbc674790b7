import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Raised with every change of the tables: the sink is a cache, so another layout is dropped and read again. */
const SCHEMA_VERSION = 1;

/**
 * `sequence` is the rowid: new rows and newer revisions are appended at the end of the table's tree, and reading
 * on from a sequence is a range scan without an index of its own. The one index is the identity, in the order in
 * which the API reads. Names are integers, so that a row and its index entry stay under 150 bytes.
 */
const TABLES = `
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

/**
 * Opens the database and makes its folder and tables where they are missing. Tables of another version of the
 * sink are dropped (`isNew` is then true): everything in them comes again from Kafka.
 */
export function openDatabase(path: string): { database: DatabaseSync; isNew: boolean } {
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

function prepareDatabase(database: DatabaseSync): { database: DatabaseSync; isNew: boolean } {
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 5000;');
  // 16 MiB of page cache: the identity index of a day stays in memory.
  database.exec('PRAGMA cache_size = -16384; PRAGMA temp_store = MEMORY;');
  const found = Number(database.prepare('PRAGMA user_version').get()!['user_version']);
  if (found === SCHEMA_VERSION) return { database, isNew: false };
  database.exec('BEGIN IMMEDIATE');
  for (const name of tableNames(database)) database.exec(`DROP TABLE "${name.replaceAll('"', '""')}"`);
  database.exec(TABLES);
  database.prepare("INSERT INTO meta VALUES ('database_id', ?)").run(newDatabaseId());
  database.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`);
  database.exec('COMMIT');
  return { database, isNew: true };
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
