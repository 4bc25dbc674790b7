import { expect, test } from 'vitest';
import { UnseenEnds } from './unseen-ends.ts';

const a = { topic: 't', partition: 0 };
const b = { topic: 't', partition: 1 };

test('an end is due for a look when a broker could have died since, until it was seen or written over', () => {
  const ends = new UnseenEnds();
  ends.written(a);
  ends.written(b);
  expect(ends.due(5_000)).toEqual([]); // the transaction is open
  ends.end(5_000);
  expect(ends.due(5_999)).toEqual([]);
  expect(ends.due(6_000)).toEqual([a, b]);
  ends.seen([a]);
  expect(ends.due(9_000)).toEqual([b]);
  ends.written(b);
  expect(ends.due(9_000)).toEqual([]);
  ends.end(9_000);
  expect(ends.due(10_000)).toEqual([b]);
});
