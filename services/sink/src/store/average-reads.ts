import type { DatabaseSync, SQLOutputValue, StatementSync } from 'node:sqlite';
import { AGGREGATES } from '@meanwhile/records';
import { PLACE_COLUMNS, REVISED_COLUMNS } from './average-columns.ts';
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

/** What a listener of the stream missed. */
export interface SequenceQuery {
  sequence: number;
  head: number;
  limit: number;
  symbol: string | undefined;
  window: string | undefined;
}

const PLAIN = [...REVISED_COLUMNS, ...PLACE_COLUMNS];
const ROWS = `SELECT ${PLAIN.map((name) => `a.${name}`).join(', ')}, s.name AS symbol, w.name AS window
  FROM averages a CROSS JOIN symbols s ON s.id = a.symbol CROSS JOIN windows w ON w.id = a.window`;
/** A step over the sequences for a reader that resumes: bounded work. */
const SCAN_STEP = 5_000;

type Row = Record<string, SQLOutputValue>;

/** Reads the newest revisions, on any connection to the database: names are looked up there, nothing is kept. */
export class AverageReads {
  readonly #symbolId: StatementSync;
  readonly #windowId: StatementSync;
  readonly #windowIds: StatementSync;
  readonly #range: Record<AverageQuery['order'], StatementSync>;
  readonly #after: StatementSync;
  readonly #nextSequence: StatementSync;

  constructor(database: DatabaseSync) {
    this.#symbolId = database.prepare('SELECT id FROM symbols WHERE name = ?');
    this.#windowId = database.prepare('SELECT id FROM windows WHERE name = ?');
    this.#windowIds = database.prepare('SELECT id FROM windows');
    const range = (order: string) =>
      database.prepare(
        `${ROWS} WHERE a.symbol = ? AND a.window = ? AND a.window_end BETWEEN ? AND ?
         ORDER BY a.window_end ${order}, a.window_start ${order}, a.partition ${order} LIMIT ?`,
      );
    this.#range = { asc: range('ASC'), desc: range('DESC') };
    this.#after = database.prepare(
      `${ROWS} WHERE a.sequence BETWEEN ? AND ?
         AND (? IS NULL OR a.symbol = ?) AND (? IS NULL OR a.window = ?) ORDER BY a.sequence LIMIT ?`,
    );
    this.#nextSequence = database.prepare('SELECT min(sequence) AS next FROM averages WHERE sequence > ?');
  }

  /** The ids of a series, undefined when no row has these names. */
  series(symbol: string, window: string): { symbol: number; window: number } | undefined {
    const ids = [this.#symbolId.get(symbol)?.['id'], this.#windowId.get(window)?.['id']];
    if (ids[0] === undefined || ids[1] === undefined) return undefined;
    return { symbol: Number(ids[0]), window: Number(ids[1]) };
  }

  /** By `window_end` in the order asked for; an unknown symbol or window has no rows. */
  select(query: AverageQuery): StoredAverage[] {
    const symbol = this.#symbolId.get(query.symbol)?.['id'];
    if (symbol === undefined) return [];
    const windows =
      query.window === undefined ? this.#windowIds.all() : [this.#windowId.get(query.window) ?? {}];
    const rows: StoredAverage[] = [];
    for (const { id } of windows) {
      if (id === undefined) continue;
      const found = this.#range[query.order].all(symbol, id, query.fromMs, query.toMs, query.limit);
      for (const row of found) rows.push(stored(row));
    }
    if (windows.length <= 1) return rows;
    const sign = query.order === 'asc' ? 1 : -1;
    rows.sort((a, b) => sign * (a.window_end - b.window_end));
    return rows.slice(0, query.limit);
  }

  /**
   * Rows above `sequence` up to `head`, oldest first, at most `limit`, of one symbol or window where asked for. `upTo`
   * is where to go on: every matching row up to it is among the rows. One call looks at a bounded stretch.
   */
  after(o: SequenceQuery): { rows: StoredAverage[]; upTo: number } {
    const { sequence, head, limit, symbol, window } = o;
    const next = Number(this.#nextSequence.get(sequence)?.['next'] ?? Infinity);
    if (next > head) return { rows: [], upTo: head };
    const last = Math.min(head, next + SCAN_STEP - 1);
    const symbolId = symbol === undefined ? null : (this.#symbolId.get(symbol)?.['id'] ?? -1);
    const windowId = window === undefined ? null : (this.#windowId.get(window)?.['id'] ?? -1);
    const found = this.#after.all(next, last, symbolId, symbolId, windowId, windowId, limit);
    const rows = found.map(stored);
    return { rows, upTo: rows.length === limit ? rows[limit - 1]!.sequence : last };
  }
}

function stored(row: Row): StoredAverage {
  const average = {
    symbol: String(row['symbol']),
    window: String(row['window']),
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
    if (row[name] !== null) average[name] = Number(row[name]);
  }
  return average;
}
