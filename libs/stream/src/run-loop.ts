import { type Chunk, RecordCursor, type Subscription } from '@meanwhile/kafka';
import type { Committer } from './committer.ts';
import type { Log } from './log.ts';
import type { Processor } from './processor.ts';
import type { Time } from './time.ts';

/** The longest sleep: a guard, not a rhythm; data, the end of a commit and deadlines wake earlier. */
const SLEEP_MS_MAX = 1_000;

/** Where a task stands in its input, as offsets. */
export interface InputPlace {
  /** Behind the last record that was processed. */
  position: number;
  /** Behind the last record whose results are readable. */
  committedOffset: number;
  /** Of the partition, as the last fetch told it; -1 before. */
  endOffset: number;
}

export interface RunLoopOptions {
  log: Log;
  inputTopic: string;
  partition: number;
  position: number;
  processor: Processor;
  committer: Committer;
  /** Later records are appended after (time of an empty fetch − this). */
  idleSkewMs: number;
  sliceRecords: number;
  time: Time;
  /** Told once how to ask where the task stands, so that nothing is noted for each record. */
  onStart: (where: () => InputPlace) => void;
  /** Ends the loop at the next record boundary. */
  stop: AbortSignal;
}

/**
 * fetch → process → commit, until told to stop. Returns with everything processed committed.
 * @throws StopError when the input is gone; any error of a commit or a fetch, OffsetOutOfRangeError when it is truncated.
 */
export async function runLoop(options: RunLoopOptions): Promise<void> {
  const { log, inputTopic, partition, processor, committer, time, stop } = options;
  const cursor = new RecordCursor();
  const wake = startWake(time, stop);
  committer.onSettled = wake.now;
  const input = log.reader.subscribe({
    topic: inputTopic,
    partition,
    offset: options.position,
    onReady: wake.now,
  });
  let position = options.position;
  let loaded: Chunk | undefined;
  let isAtBoundary = true;
  let silenceSeenMs = Number.NEGATIVE_INFINITY;
  options.onStart(() => ({
    position,
    committedOffset: committer.readableOffset,
    endOffset: input.highWatermark,
  }));

  try {
    while (!stop.aborted || !isAtBoundary) {
      committer.throwIfFailed();
      if (committer.outbox.isFull) await relieve();
      else if (loaded !== undefined || load(input.take())) await processSlice();
      else await idle();
    }
    await committer.settle();
    if (committer.pace.hasUncommitted || position > committer.committedOffset)
      await committer.start(processor, position);
    await committer.settle();
  } finally {
    input.close();
  }

  function load(chunk: Chunk | undefined): boolean {
    if (!chunk) return false;
    cursor.load(chunk);
    committer.snapshots.countInput(chunk.bytes.length);
    loaded = chunk;
    return true;
  }

  async function processSlice(): Promise<void> {
    // Told to stop between two results of one record: only that record is finished.
    cursor.beginSlice(stop.aborted ? 0 : options.sliceRecords);
    const before = position;
    isAtBoundary = processor.process(cursor, committer.outbox);
    position = cursor.position;
    if (position > before || !isAtBoundary) committer.pace.noteRecords();
    if (isAtBoundary && cursor.isExhausted) {
      loaded?.release?.();
      loaded = undefined;
    }
    if (isAtBoundary && committer.pace.dueInMs(false) === 0 && !committer.isCommitting)
      await committer.start(processor, position);
    await time.yield();
  }

  /** Both outboxes are full: wait. One: commit it, or, between two results of a record, send it ahead. */
  async function relieve(): Promise<void> {
    await committer.settle();
    if (isAtBoundary) await committer.start(processor, position);
    else await committer.sendAhead();
  }

  async function idle(): Promise<void> {
    if (input.error) throw input.error;
    if (input.emptySinceMs > silenceSeenMs) {
      silenceSeenMs = input.emptySinceMs;
      if (await advanceSilence(input)) return;
    }
    if (committer.isCommitting) return wake.within(SLEEP_MS_MAX);
    const dueMs = committer.pace.dueInMs(true);
    if (dueMs === 0) await committer.start(processor, position);
    else if (!committer.pace.hasUncommitted && committer.isSnapshotDue())
      await committer.recordSnapshot(processor);
    else await wake.within(Math.min(dueMs, SLEEP_MS_MAX));
  }

  /** What the log can no longer contradict. The advance ends its stretch: records read after it go into the next transaction. */
  async function advanceSilence({ emptySinceMs }: Subscription): Promise<boolean> {
    const before = processor.watermarkMs;
    while (!processor.silence(emptySinceMs - options.idleSkewMs, committer.outbox))
      await committer.sendAhead();
    if (processor.watermarkMs === before) return false;
    await committer.start(processor, position);
    return true;
  }
}

/** Lets the loop sleep until data comes, a commit ends, a deadline passes or it is told to stop. */
function startWake(time: Time, stop: AbortSignal) {
  let isDue = false;
  let sleeper: AbortController | undefined;
  stop.addEventListener('abort', now, { once: true });

  function now(): void {
    isDue = true;
    sleeper?.abort('wake'); // a reason of ours: by default an exception is made each time
  }

  async function within(ms: number): Promise<void> {
    if (!isDue) {
      sleeper = new AbortController();
      await time.sleep(ms, sleeper.signal);
      sleeper = undefined;
    }
    isDue = false;
  }

  return { now, within };
}
