import { DEAD_LETTER_REASONS, partitionFor } from '@meanwhile/records';
import { expect, test } from 'vitest';
import { readPrice } from '../support/price-oracle.ts';
import { BAD_RECORDS, keysPerPartition, loadRecords } from './load-records.ts';

const SHAPE = { keys: 1_000, partitions: 12, seed: 1 };
const SETTINGS = {
  valueField: 'price',
  timeField: 'timestamp',
  timeUnit: 'ms' as const,
  maxAheadMs: 5_000,
};

test('a tenth of the load is out of order, a hundredth late, one in two hundred bad', () => {
  const next = loadRecords(SHAPE);
  const counts = new Map<string, number>();
  for (let i = 0; i < 100_000; i++) {
    const { kind } = next(1_700_000_000_000 + i);
    const name = (DEAD_LETTER_REASONS as readonly string[]).includes(kind) ? 'bad' : kind;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  expect(counts.get('out of order')! / 100_000).toBeCloseTo(0.1, 2);
  expect(counts.get('late')! / 100_000).toBeCloseTo(0.01, 2);
  expect(counts.get('bad')! / 100_000).toBeCloseTo(0.005, 3);
});

test('the same seed gives the same records, another one others', () => {
  const take = (seed: number) => {
    const next = loadRecords({ ...SHAPE, seed });
    return Array.from({ length: 500 }, (_, i) => next(1_700_000_000_000 + i));
  };
  expect(take(7)).toEqual(take(7));
  expect(take(8)).not.toEqual(take(7));
});

test('each kind of bad record is refused by the contract for its own reason', () => {
  const basis = { name: 'K00001', price: 100.5, timeMs: 1_700_000_000_000, number: 1 };
  for (const reason of DEAD_LETTER_REASONS) {
    const { key, value } = BAD_RECORDS[reason](basis);
    const reading = readPrice(SETTINGS, key, value, 1_700_000_000_000);
    // The only one that depends on the records before it.
    if (reason === 'too_many_keys') expect(reading).toHaveProperty('value', 100.5);
    else expect(reading).toEqual({ reason });
  }
});

test('no partition has more of the lasting keys than its share', () => {
  const next = loadRecords(SHAPE);
  const keys = Array.from({ length: SHAPE.partitions }, () => new Set<string>());
  for (let i = 0; i < 50_000; i++) {
    const { key, kind } = next(1_700_000_000_000 + i);
    if (kind !== 'in order') continue;
    keys[partitionFor(key!, SHAPE.partitions)]!.add(Buffer.from(key!).toString());
  }
  const counts = keys.map(({ size }) => size);
  expect(Math.max(...counts)).toBe(keysPerPartition(SHAPE));
  expect(counts.reduce((a, b) => a + b)).toBe(SHAPE.keys);
});
