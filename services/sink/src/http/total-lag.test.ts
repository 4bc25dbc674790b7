import { expect, test } from 'vitest';
import { totalLag } from './total-lag.ts';

const ends = new Map([
  [0, 10],
  [1, 20],
  [2, 0],
]);

test('the lag is what is written and not committed, of all partitions', () => {
  const committed = new Map([
    [0, 10],
    [1, 13],
  ]);
  expect(totalLag(committed, ends)).toBe(7);
});

test('it is not known while a partition has records and no commit, or Kafka is not heard', () => {
  expect(totalLag(new Map([[0, 10]]), ends)).toBeNull();
  expect(totalLag(new Map(), ends)).toBeNull();
  expect(totalLag(new Map([[0, 10]]), new Map())).toBeNull();
});

test('a commit that Kafka told of before the end of its partition is no negative lag', () => {
  expect(totalLag(new Map([[0, 12]]), new Map([[0, 10]]))).toBe(0);
});
