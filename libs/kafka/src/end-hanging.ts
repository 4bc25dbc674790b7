import { findHangingTransactions, untilEnded } from './hanging-transaction.ts';
import type { TopicPartition } from './request.ts';
import type { ProducerIdentity } from './requests/init-producer-id.ts';
import type { TraceLog, Verdict } from './transaction-traces.ts';

/** What a writer does to end a transaction that hangs; each call repeats what is refused for now. */
export interface EndCalls {
  /** Tells the coordinator of partitions whose data is there already. Only with some. */
  addPartitions(partitions: readonly TopicPartition[], verdict: Verdict): Promise<void>;
  /** Tells it of the group's offset. */
  addOffsets(): Promise<void>;
  end(verdict: Verdict): Promise<void>;
  /** Readers see the end. */
  onEnded?: (verdict: Verdict) => void;
}

/**
 * Ends what hangs in the partitions that only `identity`'s transactional id writes to, right after it was fenced, in transactions of
 * its own: their markers are the ones that were left out. The last one has the group's offset in it, whose marker may be missing as
 * well.
 *
 * @throws what findHangingTransactions, untilEnded and the calls throw
 */
export async function endHangingTransactions(
  log: TraceLog,
  partitions: readonly TopicPartition[],
  identity: ProducerIdentity,
  calls: EndCalls,
): Promise<void> {
  if (partitions.length === 0) return;
  const hanging = await findHangingTransactions(log, partitions, identity);
  for (const [index, { partitions: open, verdict }] of hanging.entries()) {
    if (open.length > 0) await calls.addPartitions(open, verdict);
    if (index === hanging.length - 1) await calls.addOffsets();
    await calls.end(verdict);
    if (open.length === 0) continue;
    await untilEnded(log, open);
    calls.onEnded?.(verdict);
  }
}
