import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ClosingQueue } from './closing-queue.ts';
import { SnapshotReader, SnapshotWriter } from './snapshot-bytes.ts';

type Step = { push: number } | 'pop' | 'restore';

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ push: fc.integer({ min: 0, max: 20 }) }) },
  { weight: 2, arbitrary: fc.constant('pop' as const) },
  { weight: 1, arbitrary: fc.constant('restore' as const) },
);

describe('ClosingQueue', () => {
  test('gives pairs by time, then in the order they came, across restores', () => {
    fc.assert(fc.property(fc.array(step, { maxLength: 200 }), checkSteps));
  });

  test('an empty queue is due never', () => {
    expect(new ClosingQueue().dueMs).toBe(Number.POSITIVE_INFINITY);
  });
});

function checkSteps(steps: Step[]): void {
  let queue = new ClosingQueue();
  let wanted: { timeMs: number; key: number }[] = [];
  // As with windows: nothing is put in that would have been taken out already.
  let takenMs = 0;
  steps.forEach((action, key) => {
    if (action === 'restore') queue = restored(queue);
    else if (action === 'pop') {
      if (wanted.length === 0) return;
      const [first] = wanted;
      expect(queue.dueMs).toBe(first!.timeMs);
      expect(queue.firstKey).toBe(first!.key);
      expect(queue.pop()).toBe(first!.key);
      takenMs = first!.timeMs;
      wanted = wanted.slice(1);
    } else {
      const timeMs = takenMs + 1 + action.push;
      queue.pushedMs = timeMs;
      queue.push(key);
      const place = wanted.findIndex((each) => each.timeMs > timeMs);
      wanted.splice(place === -1 ? wanted.length : place, 0, { timeMs, key });
    }
  });
}

function restored(queue: ClosingQueue): ClosingQueue {
  const writer = new SnapshotWriter();
  queue.snapshot(writer);
  const copy = new ClosingQueue();
  copy.restore(new SnapshotReader(writer.bytes()));
  const again = new SnapshotWriter();
  copy.snapshot(again);
  expect(again.bytes()).toEqual(writer.bytes());
  return copy;
}
