import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RecentCommits } from './recent-commits.ts';

const T0 = 1_700_000_000_000;

test('quantiles are within a step of those of all latencies of the last minute', () => {
  const commit = fc.record({ afterMs: fc.nat(2_000), latencyMs: fc.integer({ min: 1, max: 600_000 }) });
  fc.assert(
    fc.property(fc.array(commit, { minLength: 1, maxLength: 300 }), (commits) => {
      const recent = new RecentCommits();
      let nowMs = T0;
      const all = commits.map(({ afterMs, latencyMs }) => {
        nowMs += afterMs;
        recent.note({ read: 1, append_time_min: nowMs - latencyMs }, nowMs);
        return { second: Math.floor(nowMs / 1_000), latencyMs };
      });
      const kept = all.filter(({ second }) => second > Math.floor(nowMs / 1_000) - 60);
      const sorted = kept.map(({ latencyMs }) => latencyMs).toSorted((a, b) => a - b);
      const { latencyMs } = recent.summary(nowMs);
      expect(latencyMs!.commits).toBe(sorted.length);
      for (const [found, share] of [
        [latencyMs!.p50, 0.5],
        [latencyMs!.p99, 0.99],
      ] as const) {
        const exact = sorted[Math.ceil(sorted.length * share) - 1]!;
        expect(found).toBeGreaterThanOrEqual(exact - 1);
        expect(found).toBeLessThanOrEqual(exact * 1.05 + 1);
      }
    }),
  );
});

test('the rate is that of the last ten whole seconds, and falls to none when nothing comes', () => {
  const recent = new RecentCommits();
  expect(recent.summary(T0)).toEqual({ recordsPerSecond: null, latencyMs: null });
  for (let ms = 0; ms < 20_000; ms += 100) recent.note({ read: 7, append_time_min: null }, T0 + ms);
  expect(recent.summary(T0 + 5_000).recordsPerSecond).toBe(70);
  expect(recent.summary(T0 + 20_000)).toEqual({ recordsPerSecond: 70, latencyMs: null });
  expect(recent.summary(T0 + 25_500).recordsPerSecond).toBe(35);
  expect(recent.summary(T0 + 31_000).recordsPerSecond).toBe(0);
});
