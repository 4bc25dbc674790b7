import { PerformanceObserver } from 'node:perf_hooks';
import { setImmediate } from 'node:timers/promises';
import { getHeapStatistics } from 'node:v8';
import { Engine } from '@meanwhile/windowing';
import { cpuSecondsSince, runMeasured } from '../run-measured.ts';
import type { EngineArgs, EngineResult } from './engine-case.ts';
import { COLUMN_RECORDS, type RecordColumns, recordColumns } from './record-columns.ts';

/** The machine code of a function settles within a few million calls. */
const WARM_UP_RECORDS = 3 * 2 ** 20;
/** The heap is looked at this often. */
const CHUNK_RECORDS = 2 ** 16;

runMeasured(driveEngine);

async function driveEngine(args: EngineArgs): Promise<EngineResult> {
  const columns = recordColumns(args.keys, args.recordsPerMs, args.swapEvery);
  const engine = new Engine({
    definitions: [args.definition],
    graceMs: 5_000,
    updateIntervalMs: 1_000,
    idleTimeoutMs: 5_000,
  });
  const totals = { results: 0, checksum: new Float64Array(1) };
  const warmUp = Math.min(WARM_UP_RECORDS, args.records);
  for (let from = 0; from < warmUp; from += CHUNK_RECORDS) drive(engine, columns, from, totals);
  const before = totals.results;

  let gcMs = 0;
  const observer = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) gcMs += duration;
  });
  observer.observe({ entryTypes: ['gc'] });
  let heapBytes = 0;
  const startMs = performance.now();
  const start = process.cpuUsage();
  for (let from = warmUp; from < warmUp + args.records; from += CHUNK_RECORDS) {
    const used = getHeapStatistics().used_heap_size;
    drive(engine, columns, from, totals);
    heapBytes += Math.max(0, getHeapStatistics().used_heap_size - used);
  }
  const cpuSeconds = cpuSecondsSince(start);
  const wallMs = performance.now() - startMs;
  await setImmediate(); // what the observer still has
  observer.disconnect();
  return {
    cpuSeconds,
    results: totals.results - before,
    heapBytesPerRecord: heapBytes / args.records,
    gcShare: gcMs / wallMs,
    checksum: totals.checksum[0]!,
  };
}

/**
 * As the aggregator does it: silence, watermark, finals, entering, updates. The checksum lies in an array: a local one
 * would be boxed at every result.
 */
function drive(
  engine: Engine,
  { keys, timesMs, values, spanMs }: RecordColumns,
  from: number,
  totals: { results: number; checksum: Float64Array },
): void {
  const pass = Math.floor(from / COLUMN_RECORDS);
  const first = from % COLUMN_RECORDS;
  const shiftMs = pass * spanMs;
  const { checksum } = totals;
  let results = 0;
  for (let i = first; i < first + CHUNK_RECORDS; i++) {
    const key = keys[i]!;
    const timeMs = timesMs[i]! + shiftMs;
    engine.silenceBefore(timeMs);
    engine.advance(timeMs);
    while (engine.nextFinal()) {
      results++;
      checksum[0]! += engine.result.stddev;
    }
    if (!engine.isActive(key) && !engine.canEnter(timeMs)) continue;
    engine.enter(key, timeMs, values[i]!, pass * COLUMN_RECORDS + i);
    while (engine.nextUpdate()) {
      results++;
      checksum[0]! += engine.result.stddev;
    }
    engine.noteAppend(timeMs);
  }
  totals.results += results;
}
