import { expect, test } from 'vitest';
import type { Price } from './price.ts';
import { run } from './run.ts';

const prices: Price[] = ['1', '2', '3'].map((price) => ({ symbol: 'A', price, timeMs: 0, dueMs: 0 }));

test('publishes everything in order, waiting where it is told to', async () => {
  const published: string[] = [];
  let batches = 0;
  const isAtEnd = await run({
    prices: [prices, prices],
    publish: ({ price }) => {
      published.push(price);
      return price === '2' ? Promise.resolve() : undefined;
    },
    onBatch: () => batches++,
    signal: new AbortController().signal,
  });
  expect(isAtEnd).toBe(true);
  expect(published).toEqual(['1', '2', '3', '1', '2', '3']);
  expect(batches).toBe(2);
});

test('a stop does not wait for a broker that is away', async () => {
  const stop = new AbortController();
  const running = run({
    prices: [prices, prices],
    publish: () => new Promise(() => {}),
    onBatch: () => {},
    signal: stop.signal,
  });
  stop.abort();
  expect(await running).toBe(false);
});

test('a writer that failed ends the run with its error', async () => {
  const running = run({
    prices: [prices],
    publish: () => Promise.reject(new Error('fenced')),
    onBatch: () => {},
    signal: new AbortController().signal,
  });
  await expect(running).rejects.toThrow('fenced');
});
