import { StopError } from '@meanwhile/kafka';
import type { TopicNames } from '@meanwhile/records';
import { Problems } from './problems.ts';
import type { VerifyLog } from './verify-log.ts';
import { type PartitionReport, verifyPartition } from './verify-partition.ts';

export interface VerifyTopicsOptions {
  log: VerifyLog;
  inputTopic: string;
  names: TopicNames;
  partitions: readonly number[];
  isFromSnapshot: boolean;
  onProgress: (progress: Progress) => void;
}

export interface Progress {
  partition: number;
  records: number;
  /** Of all partitions, 0 to 1. */
  share: number;
}

/** A partition that could not be verified. */
export interface Unverified {
  partition: number;
  text: string;
  remedy: string;
}

export interface VerifyReport {
  partitions: PartitionReport[];
  unverified: Unverified[];
  problems: Problems;
}

/** One partition after the other: the memory of one is enough. */
export async function verifyTopics(options: VerifyTopicsOptions): Promise<VerifyReport> {
  const { partitions, onProgress } = options;
  const report: VerifyReport = { partitions: [], unverified: [], problems: new Problems() };
  let recordsBefore = 0;
  for (const [index, partition] of partitions.entries()) {
    const progressOf = ({ records, share }: { records: number; share: number }) =>
      onProgress({
        partition,
        records: recordsBefore + records,
        share: (index + Math.min(1, share)) / partitions.length,
      });
    try {
      const verified = await verifyPartition(
        { ...options, partition, onProgress: progressOf },
        report.problems,
      );
      report.partitions.push(verified);
      recordsBefore += verified.records;
    } catch (error) {
      if (!(error instanceof StopError)) throw error;
      report.unverified.push({ partition, text: error.message, remedy: error.remedy });
    }
  }
  return report;
}

/** 0: all verified and right, 1: problems, 3: not all could be verified. */
export function exitCodeOf({ problems, unverified }: VerifyReport): number {
  if (!problems.isEmpty) return 1;
  return unverified.length > 0 ? 3 : 0;
}
