import { FencedError, KafkaError, type Logger, OffsetOutOfRangeError, StopError } from '@meanwhile/kafka';
import { type Committed, Committer } from './committer.ts';
import type { OpenOptions } from './open.ts';
import { openTask } from './open.ts';
import type { BuilderPool } from './outbox.ts';
import type { Processor } from './processor.ts';
import { type InputPlace, runLoop } from './run-loop.ts';

const MESSAGE_TOO_LARGE = 10;
const INVALID_TXN_STATE = 48;

/**
 * ```
 *   opening ──► restoring ──► running ──► closing ──► ended
 *      │            │            ▲           ▲          ▲
 *      ├────────────┼────────────┘           │          │
 *      └────────────┴────────────────────────┘          │
 *   each of them ───────────────────────────────────────┘
 * ```
 * | from      | to                                 | when |
 * |-----------|------------------------------------|------|
 * | opening   | restoring, running, closing, ended | a journal is there; it is empty; it is, and told to close meanwhile; fenced or failed |
 * | restoring | running, closing, ended            | the replay agrees with the journal; it does, and told to close at its end; told to close in it, fenced or failed |
 * | running   | closing, ended                     | told to close; fenced or failed |
 * | closing   | ended                              | committed, or failed while committing |
 */
export type TaskState = 'opening' | 'restoring' | 'running' | 'closing' | 'ended';

/** How a task ended, named by what its owner does next. */
export type TaskEnd =
  | { next: 'nothing' }
  /** Somebody else writes this partition, or may do so: reopen only when the group says that it is still ours. */
  | { next: 'confirm'; error: Error }
  /** The outcome of a transaction is unknown: reopen after a back-off. */
  | { next: 'reopen'; error: Error }
  /** Going on would skip what must not be skipped, or hide a fault of ours: end the process. */
  | { next: 'stop'; error: Error };

export interface TaskOptions extends Omit<OpenOptions, 'signal' | 'onRestoring'> {
  commitIntervalMs: number;
  partitionsHeld: () => number;
  idleSkewMs: number;
  pool: BuilderPool;
  onCommitted: (committed: Committed) => void;
  onCommitFailed: (failed: { partition: number; error: Error }) => void;
}

export interface Task {
  readonly partition: number;
  readonly state: TaskState;
  /** The processor while the task runs, for metrics. */
  readonly processor: Processor | undefined;
  /** Where it stands in its input while it runs. */
  readonly input: InputPlace | undefined;
  /** Commits what is processed, with a snapshot if asked for, and ends. */
  close(options: { withSnapshot: boolean }): void;
  readonly ended: Promise<TaskEnd>;
}

export function startTask(options: TaskOptions): Task {
  const { partition, logger } = options;
  const stop = new AbortController();
  let state: TaskState = 'opening';
  let processor: Processor | undefined;
  let where: (() => InputPlace) | undefined;
  let withSnapshot = false;

  async function run(): Promise<TaskEnd> {
    try {
      await openAndRun();
      return { next: 'nothing' };
    } catch (error) {
      return stop.signal.aborted && isAbort(error) ? { next: 'nothing' } : judge(error as Error);
    } finally {
      state = 'ended';
      processor = undefined;
      where = undefined;
    }
  }

  async function openAndRun(): Promise<void> {
    const opened = await openTask({
      ...options,
      signal: stop.signal,
      onRestoring: () => (state = 'restoring'),
    });
    const committer = new Committer(opened, options);
    try {
      processor = opened.processor;
      if (opened.isUnrecorded) await committer.recordSettings(opened.processor);
      state = stop.signal.aborted ? 'closing' : 'running';
      logger.info({ partition, offset: opened.position }, 'partition running');
      stop.signal.addEventListener('abort', () => (state = 'closing'), { once: true });
      await runLoop({
        log: options.log,
        inputTopic: options.topics.input,
        partition,
        position: opened.position,
        processor: opened.processor,
        committer,
        idleSkewMs: options.idleSkewMs,
        sliceRecords: options.limits.sliceRecords,
        time: options.time,
        onStart: (ask) => (where = ask),
        stop: stop.signal,
      });
      if (withSnapshot) await committer.recordSnapshot(opened.processor);
    } finally {
      committer.release();
    }
  }

  const ended = run();
  return {
    partition,
    get state() {
      return state;
    },
    get processor() {
      return processor;
    },
    get input() {
      return where?.();
    },
    close(how) {
      withSnapshot = how.withSnapshot;
      stop.abort();
    },
    ended,
  };
}

/** The table of errors: what the owner of the task does next. */
function judge(error: Error): TaskEnd {
  if (error instanceof FencedError) return { next: 'confirm', error };
  // The transaction is gone: a successor has aborted it, or its time limit.
  if (error instanceof KafkaError && error.code === INVALID_TXN_STATE) return { next: 'confirm', error };
  // Input that is cut off behind a stale owner is none of its business; opening anew finds out whether it is lost.
  if (error instanceof OffsetOutOfRangeError) return { next: 'confirm', error };
  if (error instanceof StopError) return { next: 'stop', error };
  if (error instanceof KafkaError && error.code === MESSAGE_TOO_LARGE)
    return { next: 'stop', error: tooLarge(error) };
  if (error instanceof KafkaError) return { next: error.kind === 'stop' ? 'stop' : 'reopen', error };
  return { next: 'stop', error };
}

/** Every reopened task would come to the same record and fail again. */
function tooLarge(error: KafkaError): StopError {
  const place = `${error.topic ?? 'an output'}[${error.partition ?? '?'}]`;
  return new StopError(`${place}: a record is larger than the topic's max.message.bytes`, {
    remedy: `raise max.message.bytes of ${error.topic ?? 'the output topics'}: a compressed input can hold larger records than the topic's limit says`,
    cause: error,
  });
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}

/** For log lines about a task's end. */
export function logTaskEnd(logger: Logger, partition: number, end: TaskEnd): void {
  if (end.next === 'nothing') logger.info({ partition }, 'partition closed');
  else if (end.next === 'confirm' && end.error instanceof FencedError)
    logger.warn({ partition, err: end.error }, 'partition fenced: somebody else writes it');
  else if (end.next === 'confirm' && end.error instanceof OffsetOutOfRangeError)
    logger.warn({ partition, err: end.error }, 'partition dropped: its input begins after what it has read');
  else if (end.next === 'confirm')
    logger.warn({ partition, err: end.error }, 'partition dropped: its transaction is gone');
  else if (end.next === 'reopen')
    logger.warn({ partition, err: end.error }, 'partition dropped: the outcome of a transaction is unknown');
  else logger.error({ partition, err: end.error }, 'partition stopped');
}
