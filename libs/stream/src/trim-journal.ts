import type { Logger } from '@meanwhile/kafka';
import type { Log } from './log.ts';

/** Deletes the records of a partition's journal before an offset, or says in the log why not. Never throws. */
export async function trimJournal(
  { log, partition, logger }: { log: Log; partition: number; logger: Logger },
  beforeOffset: number,
): Promise<void> {
  try {
    await log.trimJournal(partition, beforeOffset);
    logger.debug({ partition, journal_offset: beforeOffset }, 'journal trimmed');
  } catch (error) {
    // The transaction is committed and the journal merely longer than it need be; the next snapshot tries again.
    logger.warn({ partition, journal_offset: beforeOffset, err: error }, 'journal not trimmed');
  }
}
