import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PriceHeap } from './price-heap.ts';

test('gives what a stable sort would give', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 9 })), (orders) => {
      const heap = new PriceHeap();
      for (const [index, order] of orders.entries()) {
        heap.add({ symbol: '', price: String(order), timeMs: index, dueMs: 0 }, order);
      }
      const taken = orders.map(() => {
        const { firstMs } = heap;
        const { price, timeMs } = heap.takeFirst();
        expect(Number(price)).toBe(firstMs);
        return [firstMs, timeMs];
      });
      expect(heap.firstMs).toBe(Infinity);
      expect(taken).toEqual(
        orders.map((order, index) => [order, index]).sort((a, b) => a[0]! - b[0]! || a[1]! - b[1]!),
      );
    }),
  );
});

test('taking from an empty heap is a fault of the caller', () => {
  expect(() => new PriceHeap().takeFirst()).toThrow('nothing is held');
});
