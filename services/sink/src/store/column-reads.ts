import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { ROLLUP_LEVELS_MS } from './rollup-table.ts';

/** The highest time that ECMAScript's Date knows, ms: no end was given. */
export const TIME_MAX_MS = 8_640_000_000_000_000;

/** A range of one series for `points` columns of a picture; times in ms, both ends inside. */
export interface ColumnQuery {
  symbol: number;
  window: number;
  fromMs: number;
  toMs: number;
  points: number;
}

/** What a stretch of `columnMs` from `startMs` holds; of the averages, null where none was sent. */
export interface Column {
  startMs: number;
  count: number;
  minimum: number | null;
  maximum: number | null;
  last: number | null;
  /** Of the last row. */
  lastEnd: number;
  lastPartition: number;
}

/** Rows that are looked at one by one for a picture: some 30 ms. A denser range comes from the shortest roll-ups. */
const ROWS_SCANNED_MAX = 60_000;

const SERIES = 'symbol = ?1 AND window = ?2';
const ENDS = `FROM averages WHERE ${SERIES} AND window_end BETWEEN ?3 AND ?4`;
const BUCKETS = `FROM rollups WHERE ${SERIES} AND level = ?3 AND bucket BETWEEN ?4 AND ?5`;

/** Reads a series thinned to columns, from roll-ups where they are short enough, else from the rows. */
export class ColumnReads {
  readonly #extent: StatementSync;
  readonly #isMore: StatementSync;
  readonly #count: StatementSync;
  readonly #buckets: StatementSync;
  readonly #rows: StatementSync;

  constructor(database: DatabaseSync) {
    const sql = (text: string) => {
      const statement = database.prepare(text);
      statement.setReturnArrays(true);
      return statement;
    };
    this.#extent = sql(`SELECT (SELECT min(window_end) ${ENDS}), (SELECT max(window_end) ${ENDS})`);
    this.#isMore = sql(`SELECT 1 ${ENDS} LIMIT 1 OFFSET ?5`);
    this.#count = sql(`SELECT coalesce(sum(count), 0) ${BUCKETS}`);
    this.#buckets = sql(
      `SELECT bucket, count, minimum, maximum, last, last_end, last_partition ${BUCKETS} ORDER BY bucket`,
    );
    this.#rows = sql(
      `SELECT window_end, 1, average, average, average, window_end, partition ${ENDS}
       ORDER BY window_end, window_start, partition`,
    );
  }

  /**
   * The range in at most `points` columns, those without a row left out; undefined when it has no more rows than
   * `points`. Columns are whole and lie on multiples of `columnMs`, so that a picture that is moved keeps them: the
   * first may begin before the range, the last end after it. Where too many rows lie in a few seconds, columns are
   * wider than asked for.
   */
  columns(query: ColumnQuery): { columnMs: number; columns: Column[] } | undefined {
    const { symbol, window, points } = query;
    if (this.#isMore.get(symbol, window, query.fromMs, query.toMs, points) === undefined) return undefined;
    const [firstMs, lastMs] = this.#extent.get(
      symbol,
      window,
      query.fromMs,
      query.toMs,
    ) as unknown as number[];
    const span = { symbol, window, firstMs: firstMs!, lastMs: lastMs! };
    // A range that is open at an end is as long as what there is; any other keeps its columns while it is moved.
    const fromMs = query.fromMs === 0 ? firstMs! : query.fromMs;
    const toMs = query.toMs === TIME_MAX_MS ? lastMs! : query.toMs;
    const wantedMs = Math.max(1, Math.ceil((toMs - fromMs + 1) / (points - 1)));
    if (wantedMs < ROLLUP_LEVELS_MS[0] && this.#isScannable(span)) return this.#fromRows(span, wantedMs);
    return this.#fromBuckets(span, wantedMs);
  }

  #isScannable({ symbol, window, firstMs, lastMs }: Span): boolean {
    const shortest = ROLLUP_LEVELS_MS[0];
    const range = [Math.floor(firstMs / shortest), Math.floor(lastMs / shortest)] as const;
    const [count] = this.#count.get(symbol, window, 0, ...range) as unknown as number[];
    return count! <= ROWS_SCANNED_MAX;
  }

  #fromRows({ symbol, window, firstMs, lastMs }: Span, columnMs: number) {
    const startMs = Math.floor(firstMs / columnMs) * columnMs;
    const endMs = (Math.floor(lastMs / columnMs) + 1) * columnMs - 1;
    return { columnMs, columns: gather(this.#rows.iterate(symbol, window, startMs, endMs), 1, columnMs) };
  }

  #fromBuckets({ symbol, window, firstMs, lastMs }: Span, wantedMs: number) {
    const level = Math.max(
      0,
      ROLLUP_LEVELS_MS.findLastIndex((lengthMs) => lengthMs <= wantedMs),
    );
    const lengthMs = ROLLUP_LEVELS_MS[level]!;
    const perColumn = Math.ceil(wantedMs / lengthMs);
    const columnMs = perColumn * lengthMs;
    const first = Math.floor(firstMs / columnMs) * perColumn;
    const last = (Math.floor(lastMs / columnMs) + 1) * perColumn - 1;
    const found = this.#buckets.iterate(symbol, window, level, first, last);
    return { columnMs, columns: gather(found, lengthMs, columnMs) };
  }
}

interface Span {
  symbol: number;
  window: number;
  firstMs: number;
  lastMs: number;
}

/** Puts rows or buckets, in their order, into columns; `unitMs` is what their first number counts. */
function gather(found: Iterable<unknown>, unitMs: number, columnMs: number): Column[] {
  const columns: Column[] = [];
  let column: Column | undefined;
  for (const each of found) {
    const [at, count, minimum, maximum, last, lastEnd, lastPartition] = each as [number, number, ...Values];
    const startMs = Math.floor((at * unitMs) / columnMs) * columnMs;
    if (column === undefined || column.startMs !== startMs) {
      column = { startMs, count, minimum, maximum, last, lastEnd, lastPartition };
      columns.push(column);
      continue;
    }
    column.count += count;
    if (minimum !== null && (column.minimum === null || minimum < column.minimum)) column.minimum = minimum;
    if (maximum !== null && (column.maximum === null || maximum > column.maximum)) column.maximum = maximum;
    column.last = last;
    column.lastEnd = lastEnd;
    column.lastPartition = lastPartition;
  }
  return columns;
}

type Values = [number | null, number | null, number | null, number, number];
