import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Average } from '@meanwhile/records';
import { AGGREGATES } from '@meanwhile/records';
import { PLACE_COLUMNS, REVISED_COLUMNS } from './average-columns.ts';
import type { NameTable } from './name-table.ts';
import type { RollupTable } from './rollup-table.ts';

const IDENTITY = ['symbol', 'window', ...PLACE_COLUMNS];
const OF_IDENTITY = IDENTITY.map((name) => `${name} = ?`).join(' AND ');

/** Writes the table of the newest revisions, in the transaction of the caller. */
export class AverageTable {
  readonly #symbols: NameTable;
  readonly #windows: NameTable;
  readonly #rollups: RollupTable;
  readonly #insert: StatementSync;
  readonly #update: StatementSync;
  readonly #expired: StatementSync;
  readonly #hasRows: StatementSync;
  readonly #clear: StatementSync;

  constructor(database: DatabaseSync, o: { symbols: NameTable; windows: NameTable; rollups: RollupTable }) {
    this.#symbols = o.symbols;
    this.#windows = o.windows;
    this.#rollups = o.rollups;
    const columns = [...REVISED_COLUMNS, ...IDENTITY];
    this.#insert = database.prepare(
      `INSERT INTO averages (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})
       ON CONFLICT (${IDENTITY.join(', ')}) DO NOTHING`,
    );
    this.#update = database.prepare(
      `UPDATE averages SET ${REVISED_COLUMNS.map((name) => `${name} = ?`).join(', ')}
       WHERE ${OF_IDENTITY} AND revision < ?`,
    );
    this.#expired = database.prepare(
      `DELETE FROM averages WHERE sequence IN
         (SELECT sequence FROM averages WHERE symbol = ? AND window = ? AND window_end < ?
          ORDER BY window_end, window_start, partition LIMIT ?)`,
    );
    this.#hasRows = database.prepare('SELECT 1 FROM averages WHERE symbol = ? LIMIT 1');
    this.#clear = database.prepare('DELETE FROM averages');
  }

  /** Stores a result under `sequence` unless this or a newer revision is there already; says whether it did. */
  upsert(average: Average, partition: number, sequence: number): boolean {
    const symbol = this.#symbols.idOf(average.symbol);
    const window = this.#windows.idOf(average.window);
    const newer = [
      sequence,
      average.revision,
      average.is_final ? 1 : 0,
      average.record_count,
      ...AGGREGATES.map((name) => average[name] ?? null),
      average.input_offset,
      average.schema_version,
    ];
    const identity = [symbol, window, average.window_end, average.window_start, partition];
    if (this.#insert.run(...newer, ...identity).changes === 1) {
      const { window_end, window_start } = average;
      this.#rollups.added(symbol, window, { window_end, window_start, partition, average: average.average });
      return true;
    }
    if (this.#update.run(...newer, ...identity, average.revision).changes === 0) return false;
    this.#rollups.changed(symbol, window, average.window_end);
    return true;
  }

  /** Removes at most `limit` rows of one symbol and window that end before `endMs`, oldest first; returns how many. */
  removeBefore(symbol: number, window: number, endMs: number, limit: number): number {
    const removed = Number(this.#expired.run(symbol, window, endMs, limit).changes);
    if (removed > 0) this.#rollups.removedOldest(symbol, window);
    return removed;
  }

  /** Forgets a symbol when it has no row any more. */
  removeUnusedSymbol(symbol: number): void {
    if (this.#hasRows.get(symbol) === undefined) this.#symbols.remove(symbol);
  }

  clear(): void {
    this.#clear.run();
    this.#rollups.clear();
  }
}
