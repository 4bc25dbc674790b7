import { expect, test } from 'vitest';
import { viewOf } from './byte-views.ts';

test('a view from the start is made once for each length, of the source that was asked for last', () => {
  const [one, other] = [new Uint8Array(600), new Uint8Array(600)];
  const view = viewOf(one, 0, 100);
  expect([view.buffer, view.byteOffset, view.length]).toEqual([one.buffer, 0, 100]);
  expect(viewOf(one, 0, 100)).toBe(view);
  expect(viewOf(one, 0, 101)).toHaveLength(101);
  expect(viewOf(other, 0, 100).buffer).toBe(other.buffer);
  expect(viewOf(one, 0, 100).buffer).toBe(one.buffer);
});

test('other views are made each time', () => {
  const source = Uint8Array.from({ length: 600 }, (_, index) => index);
  expect(viewOf(source, 5, 8)).toEqual(Uint8Array.of(5, 6, 7));
  expect(viewOf(source, 0, 600)).toHaveLength(600);
  expect(viewOf(source, 0, 600)).not.toBe(viewOf(source, 0, 600));
});
