import type { RecordCursor } from '@meanwhile/kafka';
import { expect, test } from 'vitest';
import { lastBefore, type Side } from './last-before.ts';
import type { PartitionLog, Stretch } from './partition-log.ts';

/** A log whose record at an offset has that offset; `looked` counts the records handed over. */
function logOf(isRecord: (offset: number) => boolean = () => true) {
  const counts = { looked: 0 };
  async function look({ from, to }: Stretch, visit: (record: RecordCursor) => boolean): Promise<number> {
    for (let offset = from; offset < to; offset++) {
      if (!isRecord(offset)) continue;
      counts.looked++;
      if (!visit({ offset } as RecordCursor)) return offset + 1;
    }
    return to;
  }
  const log = { partition: 0, recordsRead: 0, isSpent: false, look, read: look } as unknown as PartitionLog;
  return { log, counts };
}

const sorted =
  (target: number) =>
  ({ offset }: RecordCursor): Side<string> => ({ isBefore: offset < target, mark: `m${offset}` });
const whole = { topic: 't', from: 100, to: 1_000_000 };

test.each([100, 101, 102, 4_711, 500_000, 999_872, 999_999, 1_000_000])(
  'the last before %d is found by a few looks',
  async (target) => {
    const { log, counts } = logOf();
    const found = await lastBefore(log, whole, sorted(target));
    expect(found).toEqual(target === 100 ? undefined : { offset: target - 1, mark: `m${target - 1}` });
    expect(counts.looked).toBeLessThan(300);
  },
);

test('gaps and records that do not tell are passed over', async () => {
  const { log } = logOf((offset) => offset % 3 === 0);
  const found = await lastBefore(log, whole, (record) =>
    record.offset % 2 === 0 ? undefined : sorted(4_711)(record),
  );
  expect(found?.offset).toBe(4_707);
});

test('where order is not kept the result still stands before', async () => {
  // Every tenth record stands "not before" wherever it is: the search ends early, never late.
  const { log } = logOf();
  const found = await lastBefore(log, whole, (record) => ({
    isBefore: record.offset < 600_000 && record.offset % 10 !== 0,
    mark: null,
  }));
  expect(found === undefined || found.offset < 600_000).toBe(true);
});

test('nothing is looked at in an empty stretch', async () => {
  const { log, counts } = logOf();
  expect(await lastBefore(log, { ...whole, from: 5, to: 5 }, sorted(3))).toBeUndefined();
  expect(counts.looked).toBe(0);
});
