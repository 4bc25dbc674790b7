import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** What the journal said last about a partition: the entry as JSON text and when it was written. */
export interface StoredJournalEntry {
  partition: number;
  writtenMs: number;
  entry: string;
}

/** The newest journal entry of each partition; written in the transaction of the caller. */
export class JournalTable {
  readonly #all: StatementSync;
  readonly #save: StatementSync;
  readonly #clear: StatementSync;

  constructor(database: DatabaseSync) {
    this.#all = database.prepare('SELECT partition, written_ms, entry FROM journal ORDER BY partition');
    this.#save = database.prepare('INSERT OR REPLACE INTO journal VALUES (?, ?, ?)');
    this.#clear = database.prepare('DELETE FROM journal');
  }

  all(): StoredJournalEntry[] {
    return this.#all.all().map((row) => ({
      partition: Number(row['partition']),
      writtenMs: Number(row['written_ms']),
      entry: String(row['entry']),
    }));
  }

  save({ partition, writtenMs, entry }: StoredJournalEntry): void {
    this.#save.run(partition, writtenMs, entry);
  }

  clear(): void {
    this.#clear.run();
  }
}
