import type { InputPlace } from './run-loop.ts';
import { logTaskEnd, startTask, type Task, type TaskOptions, type TaskState } from './task.ts';

const BACK_OFF_MS_MIN = 50;
const BACK_OFF_MS_MAX = 5_000;
/** A task that ran this long has recovered: the next failure starts again with a short back-off. */
const HEALTHY_MS = 10_000;

export interface SlotOptions {
  task: TaskOptions;
  /** Our partitions, after a heartbeat that was sent after this call. */
  confirm: (signal: AbortSignal) => Promise<readonly number[]>;
  onTaskEnd: (end: { partition: number; next: string }) => void;
  onStop: (error: Error) => void;
}

/**
 * One partition's place in this process: keeps a task running in it while the group gives us the
 * partition, one after the other, never two at once.
 */
export function startSlot(options: SlotOptions) {
  const { partition, time, logger } = options.task;
  let isAssigned = true;
  let isEnding = false;
  let task: Task | undefined;
  let change = new AbortController();
  let running = keepRunning();

  async function keepRunning(): Promise<void> {
    let backOffMs = BACK_OFF_MS_MIN;
    while (isAssigned && !isEnding) {
      const startMs = time.now();
      task = startTask(options.task);
      const end = await task.ended;
      task = undefined;
      logTaskEnd(logger, partition, end);
      options.onTaskEnd({ partition, next: end.next });
      if (end.next === 'nothing') continue;
      if (end.next === 'stop') {
        options.onStop(end.error);
        return;
      }
      if (time.now() - startMs > HEALTHY_MS) backOffMs = BACK_OFF_MS_MIN;
      await pause(end.next, backOffMs);
      backOffMs = Math.min(backOffMs * 2, BACK_OFF_MS_MAX);
    }
  }

  /** A stale owner and the right one would fence each other for ever if both just reopened. */
  async function pause(next: 'confirm' | 'reopen', backOffMs: number): Promise<void> {
    const { signal } = change;
    if (next === 'reopen') return time.sleep(backOffMs, signal);
    const partitions = await options.confirm(signal).catch((error: Error): readonly number[] => {
      if (!signal.aborted) throw error;
      return [];
    });
    // The group has taken it away: its new assignment is on its way to us and ends or restarts this slot.
    if (!partitions.includes(partition)) await time.sleep(backOffMs, signal);
  }

  return {
    get isAssigned() {
      return isAssigned;
    },
    /** The group's word: is the partition ours? */
    assign(isOurs: boolean): void {
      if (isOurs === isAssigned) return;
      isAssigned = isOurs;
      change.abort();
      change = new AbortController();
      if (isOurs) running = running.then(keepRunning);
      else task?.close({ withSnapshot: false });
    },
    /** A clean end: commits, with a snapshot. */
    async end(): Promise<void> {
      isEnding = true;
      change.abort();
      task?.close({ withSnapshot: true });
      await running;
    },
    status(): {
      partition: number;
      state: TaskState | 'waiting';
      processor: Task['processor'];
      input: InputPlace | undefined;
    } {
      return {
        partition,
        state: task?.state ?? 'waiting',
        processor: task?.processor,
        input: task?.input,
      };
    },
  };
}
