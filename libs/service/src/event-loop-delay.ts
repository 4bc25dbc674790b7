import { Histogram, type Registry } from 'prom-client';

/** Ten observations a second: what holds the loop for longer than this is seen at least once. */
const PERIOD_MS = 100;

/**
 * How late a timer comes, as a histogram: unlike percentiles since the last scrape it can be added up over replicas, and several
 * scrapers do not take each other's samples away. House rule: nothing holds the event loop for more than 20 ms.
 */
export function registerEventLoopDelay(registry: Registry): void {
  const delays = new Histogram({
    name: 'meanwhile_event_loop_delay_seconds',
    help: 'How late a timer of 100 ms comes',
    buckets: [0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers: [registry],
  });
  let dueMs = performance.now() + PERIOD_MS;
  setInterval(() => {
    const nowMs = performance.now();
    delays.observe(Math.max(0, nowMs - dueMs) / 1_000);
    dueMs = nowMs + PERIOD_MS;
  }, PERIOD_MS).unref();
}
