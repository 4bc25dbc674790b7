import { PartitionCheck } from './checker-partition.ts';
import { Problems } from './checker-problems.ts';
import type { CheckReport, CheckSettings, PartitionLogs } from './checker-types.ts';

export interface CheckRecordsOptions {
  inputTopic: string;
  partitions: PartitionLogs[];
  /** Instead of those in the journal. */
  settings?: CheckSettings;
  /** Input behind the journal's end is counted, and no problem. */
  allowUnprocessed?: boolean;
}

/**
 * Recomputes everything that the contract promises about a set of topics from their records alone, and reports what
 * is lost, doubled, wrong, unexplained or out of order. Pure: topics are read elsewhere.
 */
export function checkRecords(options: CheckRecordsOptions): CheckReport {
  const problems = new Problems();
  for (const logs of options.partitions) new PartitionCheck(logs, options, problems).run();
  return problems.report();
}
