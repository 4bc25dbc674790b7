import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster } from '@meanwhile/kafka';
import type { Child } from '../../deploy/local/child.ts';
import { openTransactions } from './topic-ends.ts';

/** What was on its way to the broker when the process was stopped is worked off by then. */
const SETTLE_MS = 20;
const TRIES_MAX = 2_000;

/**
 * Stops a process (SIGSTOP) at a moment at which it has a transaction open: stops it, looks, and lets it go on if there is none. Two
 * looks, since an EndTxn may have been on its way. Whatever signal comes next hits in the middle of these transactions.
 *
 * @param journal every transaction writes to its partition there
 * @param isFit wants more of the moment
 * @returns the partitions with an open transaction
 */
export async function freezeInTransaction(
  cluster: Cluster,
  child: Child,
  journal: string,
  partitionsOf: () => readonly number[],
  isFit: (open: readonly number[], all: readonly number[]) => boolean = () => true,
): Promise<number[]> {
  for (let attempt = 0; attempt < TRIES_MAX; attempt++) {
    child.kill('SIGSTOP');
    const partitions = partitionsOf();
    const open = partitions.length === 0 ? [] : await openTransactions(cluster, journal, partitions);
    if (open.length > 0) {
      await sleep(SETTLE_MS);
      const still = await openTransactions(cluster, journal, open);
      if (still.length > 0 && isFit(open, partitions)) return still;
    }
    child.kill('SIGCONT');
    // Uneven, so as not to fall into step with the commits.
    await sleep(5 + ((attempt * 7) % 31));
  }
  throw new Error(`${child.name}: no transaction open in ${TRIES_MAX} looks, wanted one`);
}
