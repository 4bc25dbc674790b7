import { DatabaseSync } from 'node:sqlite';
import { AverageReads } from './average-reads.ts';
import { ColumnReads } from './column-reads.ts';
import { OverviewReads } from './overview-reads.ts';

/** What can be asked of a database. */
export interface Reads {
  averages: AverageReads;
  columns: ColumnReads;
  overview: OverviewReads;
  /** Everything read inside is of one moment. */
  atOnce<T>(work: () => T): T;
  close(): void;
}

/**
 * A further connection that only reads, beside the one that writes: for another thread. The pages of the file are
 * mapped, not copied: what was written last is in memory anyway.
 * @throws when the file is not there yet
 */
export function openReads(path: string): Reads {
  const database = new DatabaseSync(path, { readOnly: true });
  database.exec('PRAGMA busy_timeout = 5000; PRAGMA cache_size = -16384; PRAGMA mmap_size = 268435456;');
  return readsOn(database);
}

export function readsOn(database: DatabaseSync): Reads {
  return {
    averages: new AverageReads(database),
    columns: new ColumnReads(database),
    overview: new OverviewReads(database),
    atOnce(work) {
      if (database.isTransaction) return work();
      database.exec('BEGIN');
      try {
        return work();
      } finally {
        database.exec('COMMIT');
      }
    },
    close: () => database.close(),
  };
}
