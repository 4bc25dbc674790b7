import { expect, test } from 'vitest';
import type { PartitionStatus, Status } from './gather-status.ts';
import { statusTable } from './status-table.ts';

const now = Date.UTC(2026, 10, 24, 12, 0, 30);
const totals = { read: 1_234, averaged: 1_200, partly_late: 3, late: 30, dead_lettered: 4, results: 5_000 };

const running: PartitionStatus = {
  partition: 0,
  owner: 'agg-1',
  committed_by: 'agg-1',
  watermark: now - 4_000,
  committed_at: now - 150,
  sequence: 77,
  next_offset: 1_300,
  end_offset: 1_310,
  lag: 10,
  totals,
  snapshot: { written_at: now - 300_000, sequence: 70, offset: 1_000, size_bytes: 12_345 },
};

const untouched: PartitionStatus = {
  ...running,
  partition: 1,
  owner: null,
  committed_by: null,
  watermark: null,
  committed_at: null,
  sequence: null,
  next_offset: null,
  lag: 0,
  totals: { read: 0, averaged: 0, partly_late: 0, late: 0, dead_lettered: 0, results: 0 },
  snapshot: null,
};

const status: Status = {
  now,
  topics: { input: 'prices', averages: 'averages', journal: 'averages-journal' },
  group: { id: 'meanwhile', state: 'Stable' },
  replicas: [
    { instance: 'agg-1', member_id: 'm', host: '10.0.0.7', peer_address: null, partitions: [4, 0, 1, 2] },
  ],
  lag: 10,
  totals,
  partitions: [running, untouched],
  settings: {
    windows: [{ name: 'sliding-10s', emit: 'updates' }],
    graceMs: 5_000,
    idleTimeoutMs: null,
    aggregates: ['average', 'total'],
  },
};

test('a status in words: one line for each partition, their sums, replicas and settings', () => {
  expect(statusTable(status)).toEqual([
    'prices → averages   2026-11-24 12:00:30Z',
    'group meanwhile: Stable, 1 replica, lag 10',
    '  agg-1 at 10.0.0.7: partitions 0-2, 4',
    '',
    'partition  owner  watermark (UTC)      behind   committed  lag   read  averaged  late  dead  results          snapshot',
    '        0  agg-1  2026-11-24 12:00:26     4 s  150 ms ago   10  1,234     1,200    30     4    5,000  12 kB, 5 min ago',
    '        1  -      -                         -       never    0      0         0     0     0        0                 -',
    '      all                                                   10  1,234     1,200    30     4    5,000',
    '',
    'settings in force:',
    '  windows          sliding-10s (updates)',
    '  graceMs          5000',
    '  idleTimeoutMs    off',
    '  aggregates       average, total',
  ]);
});

test('a group without members and a journal without settings say what that means', () => {
  const lines = statusTable({ ...status, group: { id: 'g', state: 'Dead' }, replicas: [], settings: null });
  expect(lines).toContain('group g: there is none, no aggregator has run yet, 0 replicas, lag 10');
  expect(lines).toContain('settings: none yet, the aggregator has not run');
});
