import { expect, test } from 'vitest';
import type { Status } from '../types.d.ts';
import { partitionsText, replicaRows } from './replica-rows.js';

function status(state: string | null, replicas: [instance: string | null, partitions: number[]][]): Status {
  return {
    group: { id: 'g', state },
    kafka: { connected: true, input_partitions: 4, input_written: 9 },
    replicas: replicas.map(([instance, partitions], index) => {
      return { member_id: `m${index}`, instance, partitions };
    }),
    partitions: [0, 1, 2, 3].map((partition) => {
      return { partition, watermark: partition === 3 ? null : 100 + partition, lag: partition };
    }),
  } as unknown as Status;
}

test('each replica with the lowest watermark and the lag of its partitions, by name', () => {
  const rows = replicaRows(
    status('Stable', [
      ['b', [1, 3]],
      ['a', [2, 0]],
    ]),
  );
  expect(rows.map(({ name, watermark, lag }) => [name, watermark, lag])).toEqual([
    ['a', 100, 2],
    ['b', 101, 4],
  ]);
});

test('partitions that nobody holds are a row of their own, but not in a rebalance', () => {
  const rows = replicaRows(status('Stable', [['a', [1]]]));
  expect(rows.at(-1)).toMatchObject({ name: 'nobody', isProblem: true, partitions: [0, 2, 3], lag: 5 });
  expect(replicaRows(status('Empty', []))).toMatchObject([{ name: 'nobody', partitions: [0, 1, 2, 3] }]);
  expect(replicaRows(status('PreparingRebalance', [[null, []]]))).toMatchObject([{ name: 'joining' }]);
  expect(replicaRows(status(null, []))).toEqual([]);
});

test('neighbouring partitions are one piece of the text', () => {
  expect(partitionsText([11, 0, 1, 2, 5, 7, 8])).toBe('0–2, 5, 7–8, 11');
  expect(partitionsText([])).toBe('');
});
