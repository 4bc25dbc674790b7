import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { ROLLUP_LEVELS_MS } from './rollup-bucket.ts';

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

/**
 * Rows that SQLite looks at for a picture: 0.1 µs each, beside 7 µs for a column. What lies denser comes from the
 * shortest roll-ups.
 */
const ROWS_SCANNED_MAX = 200_000;

const SERIES = 'symbol = ?1 AND window = ?2';
const ENDS = `FROM averages WHERE ${SERIES} AND window_end BETWEEN ?3 AND ?4`;
const BUCKETS = `FROM rollups WHERE ${SERIES} AND level = ?3 AND bucket BETWEEN ?4 AND ?5`;

/** Reads a series thinned to columns, from roll-ups where they are short enough, else from the rows. */
export class ColumnReads {
  readonly #extent: StatementSync;
  readonly #isMore: StatementSync;
  readonly #count: StatementSync;
  readonly #buckets: StatementSync;
  readonly #span: StatementSync;
  readonly #last: StatementSync;

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
    this.#span = sql(`SELECT count(*), min(average), max(average) ${ENDS}`);
    this.#last = sql(
      `SELECT average, window_end, partition ${ENDS}
       ORDER BY window_end DESC, window_start DESC, partition DESC LIMIT 1`,
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

  /** Two questions for each column: four times as fast as to look at the rows here, or to let SQLite group them. */
  #fromRows({ symbol, window, firstMs, lastMs }: Span, columnMs: number) {
    const columns: Column[] = [];
    for (let startMs = Math.floor(firstMs / columnMs) * columnMs; startMs <= lastMs; startMs += columnMs) {
      const range = [symbol, window, startMs, startMs + columnMs - 1] as const;
      const found = this.#last.get(...range) as unknown as Last | undefined;
      if (found === undefined) continue;
      const [count, minimum, maximum] = this.#span.get(...range) as unknown as Extremes;
      const [last, lastEnd, lastPartition] = found;
      columns.push({ startMs, count, minimum, maximum, last, lastEnd, lastPartition });
    }
    return { columnMs, columns };
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
    const found = this.#buckets.all(symbol, window, level, first, last) as unknown as Bucket[];
    return { columnMs, columns: gather(found, lengthMs, columnMs) };
  }
}

interface Span {
  symbol: number;
  window: number;
  firstMs: number;
  lastMs: number;
}

type Extremes = [count: number, minimum: number | null, maximum: number | null];
type Last = [last: number | null, lastEnd: number, lastPartition: number];
type Bucket = [bucket: number, ...Extremes, ...Last];

/** Puts buckets of `lengthMs`, in their order, into columns. */
function gather(buckets: Bucket[], lengthMs: number, columnMs: number): Column[] {
  const columns: Column[] = [];
  let column: Column | undefined;
  for (const [bucket, count, minimum, maximum, last, lastEnd, lastPartition] of buckets) {
    const startMs = Math.floor((bucket * lengthMs) / columnMs) * columnMs;
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
