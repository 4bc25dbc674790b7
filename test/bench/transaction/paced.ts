import { setTimeout as sleep } from 'node:timers/promises';
import { cpuSecondsSince } from '../run-measured.ts';
import type { TransactionArgs, TransactionResult } from './transaction-result.ts';

/** One transaction of a writer; `index` counts up. */
export type CommitOne = (index: number) => Promise<void>;

/** Lets all writers commit side by side, each at its own beat, spread over the interval as independent partitions are. */
export async function runPaced(
  { everyMs, transactions }: TransactionArgs,
  writers: readonly CommitOne[],
): Promise<TransactionResult> {
  const warmUp = Math.ceil(transactions / 5);
  const durationsMs: number[] = [];
  await Promise.all(writers.map((commit, writer) => run(commit, 0, warmUp, offsetOf(writer), [])));
  const start = process.cpuUsage();
  await Promise.all(
    writers.map((commit, writer) => run(commit, warmUp, transactions, offsetOf(writer), durationsMs)),
  );
  return { durationsMs, cpuMs: (cpuSecondsSince(start) * 1_000) / durationsMs.length };

  function offsetOf(writer: number): number {
    return (writer * everyMs) / writers.length;
  }

  async function run(
    commit: CommitOne,
    from: number,
    to: number,
    offsetMs: number,
    into: number[],
  ): Promise<void> {
    const firstMs = performance.now() + offsetMs;
    for (let index = from; index < to; index++) {
      const waitMs = firstMs + (index - from) * everyMs - performance.now();
      if (waitMs > 0) await sleep(waitMs);
      const startMs = performance.now();
      await commit(index);
      into.push(performance.now() - startMs);
    }
  }
}
