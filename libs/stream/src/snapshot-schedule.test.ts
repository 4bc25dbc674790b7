import { expect, test } from 'vitest';
import { SnapshotSchedule } from './snapshot-schedule.ts';

const MIB = 1024 * 1024;
const MINUTE_MS = 60_000;

test('nothing new: never due', () => {
  const schedule = new SnapshotSchedule(0, [], false);
  expect(schedule.isDue(24 * 60 * MINUTE_MS)).toBe(false);
});

test('due when the input read exceeds a few times the state', () => {
  const schedule = new SnapshotSchedule(0, [], false);
  schedule.taken(0, 10 * MIB);
  schedule.countInput(40 * MIB);
  expect(schedule.isDue(1)).toBe(false);
  schedule.countInput(1);
  expect(schedule.isDue(1)).toBe(true);
});

test('due after ten minutes with new input, however little', () => {
  const schedule = new SnapshotSchedule(0, [], false);
  schedule.countInput(1);
  expect(schedule.isDue(10 * MINUTE_MS)).toBe(false);
  expect(schedule.isDue(10 * MINUTE_MS + 1)).toBe(true);
});

test('what was replayed is reason enough for a snapshot at the next clean stop', () => {
  expect(new SnapshotSchedule(0, [], true).hasNewInput).toBe(true);
});

// snapshots complete:  0 min        30 min        61 min (now: 65 min)
// an hour is kept:     └ the newest of at least an hour: trim to it
test('the journal is cut at the newest snapshot that is an hour old, once', () => {
  const schedule = new SnapshotSchedule(0, [{ trimBefore: 10, completeMs: 0 }], false);
  schedule.complete({ trimBefore: 20, completeMs: 30 * MINUTE_MS });
  schedule.complete({ trimBefore: 30, completeMs: 61 * MINUTE_MS });
  expect(schedule.takeTrim(59 * MINUTE_MS)).toBe(-1);
  expect(schedule.takeTrim(65 * MINUTE_MS)).toBe(10);
  expect(schedule.takeTrim(65 * MINUTE_MS)).toBe(-1);
  expect(schedule.takeTrim(200 * MINUTE_MS)).toBe(30);
});
