import { Health } from '@meanwhile/service';
import { expect, test, vi } from 'vitest';
import { watchDelivery } from './watch-delivery.ts';

test('not ready from a failed attempt on until records are acknowledged again', () => {
  vi.useFakeTimers();
  const health = new Health();
  health.setReady();
  const writer = { acknowledged: 5, pending: 3 };
  const watch = watchDelivery({
    health,
    progress: () => writer.acknowledged,
    pending: () => writer.pending,
  });
  watch.onRetry(new Error('NOT_SENT'));
  vi.advanceTimersByTime(5_000);
  expect(health).toMatchObject({ status: 'not ready', reason: 'records are waiting: NOT_SENT' });
  writer.acknowledged = 6;
  vi.advanceTimersByTime(1_000);
  expect(health.isReady).toBe(true);
  watch.stop();
  vi.useRealTimers();
});
