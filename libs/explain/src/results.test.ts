import type { RecordCursor } from '@meanwhile/kafka';
import { expect, test } from 'vitest';
import { RESULTS_READ_ON } from './limits.ts';
import type { PartitionLog, Stretch } from './partition-log.ts';
import { findResults } from './results.ts';
import { parseWindowName } from './window-shape.ts';

const encoder = new TextEncoder();

interface Sent {
  key: string;
  window: string;
  start: number;
  end: number;
  revision: number;
}

/** A log of these results, one an offset. */
function logOf(sent: Sent[]): PartitionLog {
  const records = sent.map(({ key, window, start, end, revision }, offset) => {
    const bounds = { window_start: start, window_end: end };
    const rest = { record_count: 1, revision, is_final: false, input_offset: offset, schema_version: 1 };
    const value = encoder.encode(JSON.stringify({ symbol: key, window, ...bounds, ...rest }));
    const bytes = new Uint8Array([...encoder.encode(key), ...value]);
    const valueStart = bytes.length - value.length;
    return {
      bytes,
      keyStart: 0,
      keyEnd: valueStart,
      valueStart,
      valueEnd: bytes.length,
      offset,
      timestampMs: 0,
    };
  });
  async function read({ from, to }: Stretch, visit: (record: RecordCursor) => boolean): Promise<number> {
    for (let offset = from; offset < to; offset++) {
      if (!visit(records[offset] as unknown as RecordCursor)) return offset + 1;
    }
    return to;
  }
  const whole = async (topic: string) => ({ topic, from: 0, to: sent.length });
  return { partition: 0, recordsRead: 0, isSpent: false, whole, read, look: read } as unknown as PartitionLog;
}

/** A sliding result of another key at each ms. */
function others(fromMs: number, toMs: number): Sent[] {
  return Array.from({ length: toMs - fromMs }, (_, i) => {
    const end = fromMs + i;
    return { key: 'other', window: 'sliding-1s', start: end - 1_000, end, revision: 1 };
  });
}

const GRACE_MS = 10_000;
const search = {
  key: encoder.encode('ACME'),
  shapes: [parseWindowName('sliding-1s')!],
  endMs: 100_000,
  watermarkMs: 100_000,
  graceMs: GRACE_MS,
};
const revisionOf = (revision: number): Sent => ({
  key: 'ACME',
  window: 'sliding-1s',
  start: 99_000,
  end: 100_000,
  revision,
});

test('revisions are looked for as long as the window is open, however many results stand between', async () => {
  const closesMs = 100_000 + GRACE_MS;
  const log = logOf([
    ...others(50_000, 100_000),
    revisionOf(1),
    ...others(100_000, closesMs),
    revisionOf(2), // at the last watermark at which the window is open
    ...others(closesMs, closesMs + 100_000),
    revisionOf(3), // by the rules it cannot be there
  ]);
  const found = await findResults(log, 'averages', search);
  expect(found.isComplete).toBe(true);
  expect(found.windows.get('sliding-1s')!.revisions.map(({ revision }) => revision)).toEqual([2, 1]);
  // Where nothing of it can stand is not read: neither most of what was before nor what came long after.
  expect(found.from).toBeGreaterThan(30_000);
  const told = await findResults(log, 'averages', { ...search, revision: 3 });
  expect(told.windows.get('sliding-1s')!.revisions[0]!.revision).toBe(3);
  expect(GRACE_MS).toBeGreaterThan(2 * RESULTS_READ_ON);
});
