import type { DatabaseSync, SQLOutputValue, StatementSync } from 'node:sqlite';
import type { Average } from '@meanwhile/records';
import { AGGREGATES } from '@meanwhile/records';
import type { NameTable } from './name-table.ts';
import type { StoredAverage } from './stored-average.ts';

/** Rows of one symbol by `window_end`, both ends inside; times in ms. */
export interface AverageQuery {
  symbol: string;
  window?: string | undefined;
  fromMs: number;
  toMs: number;
  limit: number;
  order: 'asc' | 'desc';
}

const IDENTITY = 'symbol, window, window_end, window_start, partition';
const COLUMNS = `sequence, ${IDENTITY}, revision, is_final, record_count, ${AGGREGATES.join(', ')}, input_offset, schema_version`;
const NEWER = [
  'sequence',
  'revision',
  'is_final',
  'record_count',
  ...AGGREGATES,
  'input_offset',
  'schema_version',
];
/** A step over the sequences for a reader that resumes: bounded work between two turns of the event loop. */
const SCAN_STEP = 5_000;

type Row = Record<string, SQLOutputValue>;

/** The table of the newest revisions. Writes belong to the transaction of the caller. */
export class AverageTable {
  readonly #symbols: NameTable;
  readonly #windows: NameTable;
  readonly #upsert: StatementSync;
  readonly #range: Record<AverageQuery['order'], StatementSync>;
  readonly #after: StatementSync;
  readonly #nextSequence: StatementSync;
  readonly #expired: StatementSync;
  readonly #unused: StatementSync;
  readonly #clear: StatementSync;

  constructor(database: DatabaseSync, symbols: NameTable, windows: NameTable) {
    this.#symbols = symbols;
    this.#windows = windows;
    this.#upsert = database.prepare(
      `INSERT INTO averages (${COLUMNS}) VALUES (${COLUMNS.replaceAll(/[a-z_]+/g, '?')})
       ON CONFLICT (${IDENTITY}) DO UPDATE SET ${NEWER.map((name) => `${name} = excluded.${name}`).join(', ')}
       WHERE excluded.revision > averages.revision`,
    );
    const range = (order: string) =>
      database.prepare(
        `SELECT ${COLUMNS} FROM averages WHERE symbol = ? AND window = ? AND window_end BETWEEN ? AND ?
         ORDER BY window_end ${order}, window_start ${order}, partition ${order} LIMIT ?`,
      );
    this.#range = { asc: range('ASC'), desc: range('DESC') };
    this.#after = database.prepare(
      `SELECT ${COLUMNS} FROM averages WHERE sequence BETWEEN ? AND ?
         AND (? IS NULL OR symbol = ?) AND (? IS NULL OR window = ?) ORDER BY sequence LIMIT ?`,
    );
    this.#nextSequence = database.prepare('SELECT min(sequence) AS next FROM averages WHERE sequence > ?');
    this.#expired = database.prepare(
      `DELETE FROM averages WHERE sequence IN
         (SELECT sequence FROM averages WHERE symbol = ? AND window = ? AND window_end < ? LIMIT ?)`,
    );
    this.#unused = database.prepare(
      'DELETE FROM symbols WHERE NOT EXISTS (SELECT 1 FROM averages WHERE symbol = symbols.id)',
    );
    this.#clear = database.prepare('DELETE FROM averages');
  }

  /** Stores a result under `sequence` unless this or a newer revision is there already; says whether it did. */
  upsert(average: Average, partition: number, sequence: number): boolean {
    const result = this.#upsert.run(
      sequence,
      this.#symbols.idOf(average.symbol),
      this.#windows.idOf(average.window),
      average.window_end,
      average.window_start,
      partition,
      average.revision,
      average.is_final ? 1 : 0,
      average.record_count,
      average.average ?? null,
      average.total ?? null,
      average.minimum ?? null,
      average.maximum ?? null,
      average.earliest ?? null,
      average.latest ?? null,
      average.stddev ?? null,
      average.input_offset,
      average.schema_version,
    );
    return result.changes === 1;
  }

  /** By `window_end` in the order asked for; an unknown symbol or window has no rows. */
  select(query: AverageQuery): StoredAverage[] {
    const symbol = this.#symbols.find(query.symbol);
    if (symbol === undefined) return [];
    const windows = query.window === undefined ? this.#windows.ids() : [this.#windows.find(query.window)];
    const rows: StoredAverage[] = [];
    for (const window of windows) {
      if (window === undefined) continue;
      const found = this.#range[query.order].all(symbol, window, query.fromMs, query.toMs, query.limit);
      for (const row of found) rows.push(this.#stored(row));
    }
    if (windows.length <= 1) return rows;
    const sign = query.order === 'asc' ? 1 : -1;
    rows.sort((a, b) => sign * (a.window_end - b.window_end));
    return rows.slice(0, query.limit);
  }

  /**
   * Rows of higher sequence, oldest first, at most `limit`, of one symbol or window where asked for. `upTo` is
   * where to go on: every matching row up to it is among the rows. One call looks at a bounded stretch.
   */
  after(
    sequence: number,
    limit: number,
    symbol?: string,
    window?: string,
  ): { rows: StoredAverage[]; upTo: number } {
    const next = this.#nextSequence.get(sequence)?.['next'];
    if (next == null) return { rows: [], upTo: Number.MAX_SAFE_INTEGER };
    const last = Number(next) + SCAN_STEP - 1;
    const symbolId = symbol === undefined ? null : (this.#symbols.find(symbol) ?? -1);
    const windowId = window === undefined ? null : (this.#windows.find(window) ?? -1);
    const found = this.#after.all(next, last, symbolId, symbolId, windowId, windowId, limit);
    const rows = found.map((row) => this.#stored(row));
    return { rows, upTo: rows.length === limit ? rows[limit - 1]!.sequence : last };
  }

  /** Removes at most `limit` rows of one symbol and window that end before `endMs`; returns how many. */
  removeBefore(symbol: number, window: number, endMs: number, limit: number): number {
    return Number(this.#expired.run(symbol, window, endMs, limit).changes);
  }

  /** Forgets symbols without a row. */
  removeUnusedSymbols(): void {
    this.#unused.run();
    this.#symbols.reload();
  }

  clear(): void {
    this.#clear.run();
  }

  #stored(row: Row): StoredAverage {
    const stored = {
      symbol: this.#symbols.nameOf(Number(row['symbol'])),
      window: this.#windows.nameOf(Number(row['window'])),
      window_start: Number(row['window_start']),
      window_end: Number(row['window_end']),
      record_count: Number(row['record_count']),
      revision: Number(row['revision']),
      is_final: row['is_final'] === 1,
      input_offset: Number(row['input_offset']),
      schema_version: Number(row['schema_version']),
      partition: Number(row['partition']),
      sequence: Number(row['sequence']),
    } as StoredAverage;
    for (const name of AGGREGATES) {
      if (row[name] !== null) stored[name] = Number(row[name]);
    }
    return stored;
  }
}
