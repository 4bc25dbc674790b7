import { expect, test } from 'vitest';
import { newIngestCounts } from '../ingest/ingest-counts.ts';
import { JournalView } from '../ingest/journal-view.ts';
import { RecentCommits } from '../ingest/recent-commits.ts';
import { openStore } from '../store/open-store.ts';
import { answers } from './answers.ts';
import { createStatusReport } from './status-report.ts';

test('the status comes from journal and sink while Kafka is away, and says what is not known', async () => {
  const store = openStore(':memory:');
  const journal = new JournalView(store);
  const totals = { read: 5, averaged: 5, partly_late: 0, late: 0, dead_lettered: 0, results: 9 };
  store.transaction(() => {
    for (const partition of [10, 2]) {
      const entry = {
        type: 'commit',
        sequence: 3,
        next_offset: 5,
        watermark: partition === 2 ? null : 77,
        append_time_max: 1_000 + partition,
        totals,
        instance: 'a',
      };
      journal.noteCommit(partition, entry as never, 2_000);
    }
    journal.noteSettings({ type: 'settings', settings: { graceMs: 5, windows: [], maxKeys: 7 } } as never);
  });
  const recentCommits = new RecentCommits();
  recentCommits.note({ read: 30, append_time_min: 1_900 }, 2_000);
  const report = createStatusReport({
    store,
    journal,
    counts: newIngestCounts(),
    recentCommits,
    groupId: 'meanwhile',
    topics: { input: 'prices', averages: 'averages', journal: 'averages-journal' },
    readiness: () => ({ state: 'not ready', reason: 'connecting to Kafka' }),
    cluster: () => undefined,
    reading: () => undefined,
    now: () => 5_000,
  });
  const status = JSON.parse(JSON.stringify(await report()));
  expect(answers.status.parse(status)).toMatchObject({
    state: { state: 'not ready', reason: 'connecting to Kafka' },
    freshness: { last_input_append_time: 1_010, last_commit_time: 2_000 },
    lag: null,
    totals: { read: 10, results: 18 },
    kafka: { connected: false, input_partitions: null, input_written: null },
    recent: { records_per_second: 10, latency_ms: { p50: 103, p99: 103, commits: 1 } },
    settings: { maxKeys: 7 },
    replicas: [],
    problem: 'Kafka is not connected yet',
  });
  expect(status.partitions).toMatchObject([
    { partition: 2, watermark: null, next_offset: 5, lag: null },
    { partition: 10, watermark: 77, committed_at: 2_000, instance: 'a' },
  ]);
  store.close();
});
