import { connect } from 'node:net';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { runMeasured } from '../run-measured.ts';
import { metric, serviceMetrics } from '../service-metrics.ts';
import { type AskArgs, type AskResult, POINTS, SYMBOL, WINDOW } from './history-args.ts';

const WARM_UP_QUERIES = 20;
const WHOLE_QUERIES = 50;
const PLAIN_QUERIES = 20;
const SHORTEST_MS = 60_000;
/** As a page that is panned asks. */
const PAUSE_MS = 20;

interface Range {
  fromMs: number;
  toMs: number;
}

runMeasured(ask);

/** Asks for ranges of all lengths while it listens to the stream. */
async function ask(args: AskArgs): Promise<AskResult> {
  let frames = 0;
  const socket = connect(args.port, '127.0.0.1');
  socket.write('GET /api/v1/stream HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n');
  socket.on('data', (bytes: Buffer) => {
    for (let at = bytes.indexOf('\n\n'); at >= 0; at = bytes.indexOf('\n\n', at + 2)) frames += 1;
  });
  const ranges = rangesOf(args);
  const whole = { fromMs: args.fromMs, toMs: args.toMs };
  for (const range of ranges.slice(0, WARM_UP_QUERIES)) await askOnce(args.port, range);
  await serviceMetrics(args.port); // what it held before counts no more
  await sleep(2_000);
  const heldQuietMs = await longestHoldMs(args.port);
  const durationsMs: number[] = [];
  for (const range of ranges) {
    durationsMs.push(await askOnce(args.port, range));
    await sleep(PAUSE_MS);
  }
  const wholeMs: number[] = [];
  for (let index = 0; index < WHOLE_QUERIES; index += 1) wholeMs.push(await askOnce(args.port, whole));
  const heldMs = await longestHoldMs(args.port);
  const plainMs = plain(args, ranges.slice(0, PLAIN_QUERIES));
  return { durationsMs, wholeMs, plainMs, heldMs, heldQuietMs, frames };
}

/** Lengths from a minute to all, each order of magnitude as often as the next; always the same ones. */
function rangesOf({ queries, fromMs, toMs }: AskArgs): Range[] {
  const fraction = (seed: number) => {
    const value = Math.sin(seed * 78.233) * 43_758.5453;
    return value - Math.floor(value);
  };
  return Array.from({ length: queries }, (_, index) => {
    const allMs = toMs - fromMs;
    const lengthMs = Math.round(SHORTEST_MS * (allMs / SHORTEST_MS) ** fraction(index + 1));
    const startMs = fromMs + Math.round((allMs - lengthMs) * fraction(index + 0.5));
    return { fromMs: startMs, toMs: startMs + lengthMs };
  });
}

async function askOnce(port: number, { fromMs, toMs }: Range): Promise<number> {
  const query = `symbol=${SYMBOL}&window=${WINDOW}&from=${fromMs}&to=${toMs}&points=${POINTS}`;
  const startMs = performance.now();
  const answer = await fetch(`http://127.0.0.1:${port}/api/v1/averages?${query}`);
  const text = await answer.text();
  const durationMs = performance.now() - startMs;
  const { averages, columns } = JSON.parse(text) as { averages: unknown[]; columns?: unknown[] };
  const points = columns?.length ?? averages.length;
  if (answer.status !== 200 || points < 2 || points > POINTS) {
    throw new Error(`history: ${answer.status}, ${points} points, wanted 200 and 2 to ${POINTS}`);
  }
  return durationMs;
}

async function longestHoldMs(port: number): Promise<number> {
  return metric(await serviceMetrics(port), 'nodejs_eventloop_lag_max_seconds') * 1_000;
}

function plain({ database }: AskArgs, ranges: Range[]): number[] {
  const reader = new DatabaseSync(database, { readOnly: true });
  const names = reader.prepare(
    'SELECT s.id AS symbol, w.id AS window FROM symbols s, windows w WHERE s.name = ? AND w.name = ?',
  );
  const { symbol, window } = names.get(SYMBOL, WINDOW) as { symbol: number; window: number };
  const scan = reader.prepare(
    `SELECT window_end / CAST(? AS INTEGER), count(*), min(average), max(average) FROM averages
     WHERE symbol = ? AND window = ? AND window_end BETWEEN ? AND ? GROUP BY 1`,
  );
  return ranges.map(({ fromMs, toMs }) => {
    const startMs = performance.now();
    scan.all(Math.ceil((toMs - fromMs + 1) / POINTS), symbol, window, fromMs, toMs);
    return performance.now() - startMs;
  });
}
