import { averageCsv } from '../http/average-csv.ts';
import { answeredAverage } from '../http/average-json.ts';
import { eventText } from '../http/event-text.ts';
import type { AverageQuery, SequenceQuery } from '../store/average-reads.ts';
import { OVERVIEW_COLUMN_MS, type OverviewQuery } from '../store/overview-reads.ts';
import type { Reads } from '../store/reads.ts';
import type { StoredAverage } from '../store/stored-average.ts';
import { isSettled, type SettledRules } from './settled.ts';

/** A question to the stored rows, and what it takes to answer it in full. Plain values: it goes to another thread. */
export type HistoryRequest = { rules: SettledRules } & (
  | { kind: 'rows'; query: AverageQuery; format: 'json' | 'csv' }
  | { kind: 'columns'; symbol: string; window: string; fromMs: number; toMs: number; points: number }
  | { kind: 'overview'; query: OverviewQuery }
  | ({ kind: 'events'; databaseId: string } & SequenceQuery)
);

export interface HistoryAnswer {
  /** The whole answer as it is sent. */
  body: Uint8Array<ArrayBuffer>;
  /** Of events: every event up to this sequence is among them. */
  upTo: number;
}

const encoder = new TextEncoder();

/** Reads and writes out one answer; takes up to some 50 ms, so it belongs off the main thread. */
export function answerHistory(reads: Reads, request: HistoryRequest): HistoryAnswer {
  const answer = (text: string, upTo = 0) => ({ body: encoder.encode(text), upTo });
  switch (request.kind) {
    case 'rows': {
      const rows = answered(reads.averages.select(request.query), request.rules);
      return answer(request.format === 'csv' ? averageCsv(rows) : JSON.stringify({ averages: rows }));
    }
    case 'columns':
      return answer(JSON.stringify(reads.atOnce(() => columnsAnswer(reads, request))));
    case 'overview': {
      const overview = reads.atOnce(() => reads.overview.select(request.query));
      return answer(
        JSON.stringify({ window: request.query.window, column_ms: OVERVIEW_COLUMN_MS, ...overview }),
      );
    }
    case 'events': {
      const { databaseId, rules } = request;
      const { rows, upTo } = reads.atOnce(() => reads.averages.after(request));
      return answer(rows.map((row) => eventText(databaseId, row, isSettled(rules, row))).join(''), upTo);
    }
  }
}

/** The rows themselves where they are no more than the points asked for, else columns. */
function columnsAnswer(reads: Reads, request: Extract<HistoryRequest, { kind: 'columns' }>) {
  const { symbol, window, fromMs, toMs, points, rules } = request;
  const series = reads.averages.series(symbol, window);
  const thinned = series && reads.columns.columns({ ...series, fromMs, toMs, points });
  if (thinned === undefined) {
    const query = { symbol, window, fromMs, toMs, limit: points, order: 'asc' as const };
    return { averages: answered(reads.averages.select(query), rules) };
  }
  const columns = thinned.columns.map(({ startMs, lastEnd, lastPartition, ...values }) => {
    const last = { window, window_end: lastEnd, partition: lastPartition, is_final: false };
    return { start: startMs, ...values, last_end: lastEnd, settled: isSettled(rules, last) };
  });
  return { averages: [], column_ms: thinned.columnMs, columns };
}

function answered(rows: StoredAverage[], rules: SettledRules) {
  return rows.map((row) => answeredAverage(row, isSettled(rules, row)));
}
