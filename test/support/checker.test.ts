import { describe, expect, test } from 'vitest';
import { faults } from './checker-faults.ts';
import { flawlessPartition } from './checker-fixture.ts';
import { readHeaders } from './checker-read.ts';
import { checkRecords } from './checker-records.ts';
import type { CheckReport } from './checker-types.ts';

const INPUT = 'prices';

test('a flawless run is clean, and there was something of everything to check', () => {
  const report = checkRecords({
    inputTopic: INPUT,
    partitions: [0, 1].map((p) => flawlessPartition(p, INPUT)),
  });
  expect(report.problems).toEqual([]);
  expect(report.isClean).toBe(true);
  expect(report.counts).toMatchObject({
    partitions: 2,
    read: 800,
    unprocessed: 0,
    journalEntries: 22,
    silences: 2,
  });
  expect(report.counts.results).toBeGreaterThan(800);
  expect(report.counts.late).toBeGreaterThan(20);
  expect(report.counts.deadLetters).toBeGreaterThan(40);
});

describe('a seeded fault is found', () => {
  test.each(faults)('$name', ({ found, seed }) => {
    const logs = flawlessPartition(0, INPUT);
    seed(logs);
    const report: CheckReport = checkRecords({ inputTopic: INPUT, partitions: [logs] });
    expect(report.problemCounts[found], report.problems.join('\n')).toBeGreaterThan(0);
    expect(report.isClean).toBe(false);
    expect(report.problems.length).toBeLessThanOrEqual(20);
  });
});

test('a silence that a later record contradicts is counted, and no problem', () => {
  const logs = flawlessPartition(0, INPUT);
  const last = logs.input[logs.input.length - 1]!;
  // Appended right after the last record, though the journal has seen a silence since.
  logs.input.push({ ...last, offset: last.offset + 2 });
  const report = checkRecords({ inputTopic: INPUT, partitions: [logs], allowUnprocessed: true });
  expect(report.problems).toEqual([]);
  expect(report.counts).toMatchObject({ silencesContradicted: 1, unprocessed: 1 });
});

test('a trimmed journal is checked from its first entry on', () => {
  const logs = flawlessPartition(0, INPUT);
  logs.journal.splice(1, 5);
  expect(checkRecords({ inputTopic: INPUT, partitions: [logs] }).problems).toEqual([]);
});

test('record headers are read as Kafka encodes them', () => {
  expect(readHeaders(new Uint8Array([2, 0x61, 4, 1, 2, 0, 1]), 2)).toEqual([
    { key: 'a', value: new Uint8Array([1, 2]) },
    { key: '', value: null },
  ]);
});
