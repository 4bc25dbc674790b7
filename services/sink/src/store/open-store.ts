import { randomUUID } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import type { Average } from '@meanwhile/records';
import { AverageTable } from './average-table.ts';
import { JournalTable, type StoredJournalEntry } from './journal-table.ts';
import { MetaTable } from './meta-table.ts';
import { NameTable } from './name-table.ts';
import { type Found, newDatabaseId, openDatabase } from './open-database.ts';
import { type Reads, readsOn } from './reads.ts';
import { type ExpiryStep, removeExpiredStep } from './remove-expired.ts';
import { RollupTable } from './rollup-table.ts';
import type { StoredAverage } from './stored-average.ts';

export interface Store {
  /** Where it lies; `:memory:` can only be read through `reads`. */
  readonly path: string;
  /** On the connection that writes: for what is short. */
  readonly reads: Reads;
  readonly symbols: Pick<NameTable, 'names'>;
  readonly windows: Pick<NameTable, 'names'>;
  /** Names this history of rows; a new one after the rows were dropped. */
  readonly databaseId: string;
  /** The highest sequence given out. */
  readonly sequence: number;
  /** `window_end` of the newest row in ms, -Infinity before the first. */
  readonly newestMs: number;
  /** How the tables were found at this start. */
  readonly found: Found;
  /** Everything written inside becomes durable together, or not at all when `work` throws. */
  transaction<T>(work: () => T): T;
  /** Inside a transaction. The row as stored, or undefined when this or a newer revision was there. */
  upsert(average: Average, partition: number): StoredAverage | undefined;
  position(topic: string, partition: number): number | undefined;
  savePosition(topic: string, partition: number, nextOffset: number): void;
  topicId(topic: string): string | undefined;
  saveTopicId(topic: string, id: string): void;
  /** Forgets the positions of a topic, and with `rows: 'averages'` or `'journal'` what came from it. */
  resetTopic(topic: string, rows: 'averages' | 'journal'): void;
  journalEntries(): StoredJournalEntry[];
  saveJournalEntry(entry: StoredJournalEntry): void;
  settingsEntry(): string | undefined;
  saveSettingsEntry(entry: string): void;
  /** One small step of the removal of rows older than `retentionMs`, in a transaction of its own. */
  removeExpired(retentionMs: number, step: ExpiryStep | undefined): ExpiryStep;
  close(): void;
}

/**
 * A power cut may take the newest transactions of the write-ahead log with it. Ids sent for them must not come
 * again for other rows, so every start skips further ahead than a log that was not yet checkpointed can hold.
 */
const SEQUENCES_SKIPPED_AT_START = 1_000_000;

/** Opens the sink's store at a path (`:memory:` for none). One process at a time: the newest opener shuts out others. */
export function openStore(path: string): Store {
  const { database, found } = openDatabase(path);
  const symbols = new NameTable(database, 'symbols');
  const windows = new NameTable(database, 'windows');
  const rollups = new RollupTable(database);
  const averages = new AverageTable(database, { symbols, windows, rollups });
  const reads = readsOn(database);
  const meta = new MetaTable(database);
  const journal = new JournalTable(database);
  const sql = prepare(database);
  const owner = randomUUID();
  let databaseId = meta.get('database_id')!;
  let newestMs = Number(meta.get('newest_ms') ?? -Infinity);
  let sequence = startSequence(database, meta);
  meta.set('owner', owner);

  function transaction<T>(work: () => T): T {
    database.exec('BEGIN IMMEDIATE');
    const newestBefore = newestMs;
    try {
      if (meta.get('owner') !== owner) {
        throw new Error(
          'the database has another owner: a second sink opened it, wanted one sink per DATABASE',
        );
      }
      const result = work();
      rollups.flush();
      if (newestMs !== newestBefore) meta.set('newest_ms', String(newestMs));
      database.exec('COMMIT');
      return result;
    } catch (error) {
      if (database.isTransaction) database.exec('ROLLBACK');
      newestMs = newestBefore;
      rollups.discard();
      symbols.reload();
      windows.reload();
      throw error;
    }
  }

  return {
    path,
    reads,
    symbols,
    windows,
    found,
    transaction,
    get databaseId() {
      return databaseId;
    },
    get sequence() {
      return sequence;
    },
    get newestMs() {
      return newestMs;
    },
    upsert(average, partition) {
      if (!averages.upsert(average, partition, sequence + 1)) return undefined;
      sequence += 1;
      if (average.window_end > newestMs) newestMs = average.window_end;
      return { ...average, partition, sequence };
    },
    position(topic, partition) {
      const row = sql.position.get(topic, partition);
      return row && Number(row['next_offset']);
    },
    savePosition(topic, partition, nextOffset) {
      sql.savePosition.run(topic, partition, nextOffset);
    },
    topicId(topic) {
      const row = sql.topicId.get(topic);
      return row && String(row['id']);
    },
    saveTopicId(topic, id) {
      sql.saveTopicId.run(topic, id);
    },
    resetTopic(topic, rows) {
      sql.forgetPositions.run(topic);
      if (rows === 'journal') {
        journal.clear();
        meta.delete('settings_entry');
        return;
      }
      averages.clear();
      symbols.clear();
      windows.clear();
      newestMs = -Infinity;
      meta.delete('newest_ms');
      databaseId = newDatabaseId();
      meta.set('database_id', databaseId);
    },
    journalEntries: () => journal.all(),
    saveJournalEntry: (entry) => journal.save(entry),
    settingsEntry: () => meta.get('settings_entry'),
    saveSettingsEntry: (entry) => meta.set('settings_entry', entry),
    removeExpired(retentionMs, step) {
      const beforeMs = Math.max(0, newestMs - retentionMs);
      return transaction(() => removeExpiredStep({ averages, symbols, windows, beforeMs }, step));
    },
    close() {
      database.close();
    },
  };
}

function startSequence(database: DatabaseSync, meta: MetaTable): number {
  const highest = Number(
    database.prepare('SELECT max(sequence) AS highest FROM averages').get()!['highest'] ?? 0,
  );
  const reserved = meta.get('sequence_start');
  const start = reserved === undefined ? 0 : Math.max(highest, Number(reserved)) + SEQUENCES_SKIPPED_AT_START;
  meta.set('sequence_start', String(start));
  return start;
}

function prepare(database: DatabaseSync) {
  const sql = (text: string) => database.prepare(text);
  return {
    position: sql('SELECT next_offset FROM positions WHERE topic = ? AND partition = ?'),
    savePosition: sql('INSERT OR REPLACE INTO positions VALUES (?, ?, ?)'),
    forgetPositions: sql('DELETE FROM positions WHERE topic = ?'),
    topicId: sql('SELECT id FROM topics WHERE name = ?'),
    saveTopicId: sql('INSERT OR REPLACE INTO topics VALUES (?, ?)'),
  };
}
