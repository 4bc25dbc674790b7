import { Health } from '@meanwhile/service';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type DeliveryWatch, watchDelivery } from './watch-delivery.ts';

const writer = { acknowledged: 0, pending: 0 };
let health: Health;
let watch: DeliveryWatch;

beforeEach(() => {
  vi.useFakeTimers();
  Object.assign(writer, { acknowledged: 0, pending: 0 });
  health = new Health();
  watch = watchDelivery({
    health,
    acknowledged: () => writer.acknowledged,
    pending: () => writer.pending,
  });
});
afterEach(() => {
  watch.stop();
  vi.useRealTimers();
});

test('while nothing is sent yet it does not call the process ready', () => {
  vi.advanceTimersByTime(10_000);
  expect(health.status).toBe('starting');
});

test('not ready from a failed attempt on until records are acknowledged again', () => {
  health.setReady();
  Object.assign(writer, { acknowledged: 5, pending: 3 });
  watch.onRetry(new Error('NOT_SENT'));
  vi.advanceTimersByTime(5_000);
  expect(health).toMatchObject({ status: 'not ready', reason: 'records are waiting: NOT_SENT' });
  writer.acknowledged = 6;
  vi.advanceTimersByTime(500);
  expect(health.isReady).toBe(true);
});

test('a broker that hangs without an error is noticed too', () => {
  health.setReady();
  Object.assign(writer, { acknowledged: 5, pending: 3 });
  vi.advanceTimersByTime(5_000);
  expect(health.isReady).toBe(true);
  vi.advanceTimersByTime(1_000);
  expect(health.reason).toBe('records are waiting: nothing was acknowledged for 5 s');
  writer.acknowledged = 8;
  vi.advanceTimersByTime(500);
  expect(health.isReady).toBe(true);
});

test('counts failed attempts, and notes when records were last acknowledged', () => {
  vi.setSystemTime(1_000_000);
  expect(watch).toMatchObject({ retries: 0, lastAcknowledgedMs: undefined });
  Object.assign(writer, { acknowledged: 5, pending: 5 });
  watch.onRetry(new Error('NOT_SENT'));
  watch.onRetry(new Error('NOT_SENT'));
  vi.advanceTimersByTime(500);
  expect(watch).toMatchObject({ retries: 2, lastAcknowledgedMs: 1_000_500 });
  vi.advanceTimersByTime(5_000);
  expect(watch.lastAcknowledgedMs).toBe(1_000_500);
});
