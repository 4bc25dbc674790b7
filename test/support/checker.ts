import { type Cluster, connectCluster, type Logger, listOffset, startReader } from '@meanwhile/kafka';
import { readPartition } from './checker-read.ts';
import { checkRecords } from './checker-records.ts';
import type { CheckReport, CheckSettings, LogRecord, PartitionLogs } from './checker-types.ts';

export { checkRecords } from './checker-records.ts';
export type * from './checker-types.ts';

export interface CheckTopicsOptions {
  /** Comma list or array. */
  brokers: string | string[];
  inputTopic: string;
  outputTopic: string;
  /** Instead of those in the journal. */
  settings?: CheckSettings;
  /** Input behind the journal's end is counted, and no problem. */
  allowUnprocessed?: boolean;
  /** How long to wait for the topics to come to rest; default 60 s. */
  restWithinMs?: number;
}

/** In the order of PartitionLogs. */
const TOPICS = ['input', 'averages', 'late', 'deadLetters', 'journal'] as const;
const quiet: Logger = { debug() {}, info() {}, warn() {}, error() {} };

/**
 * Reads input and outputs completely (read_committed) and recomputes everything with the oracles.
 * @throws Error when the topics do not come to rest: between two topics of a moving set nothing can be compared
 */
export async function checkTopics(options: CheckTopicsOptions): Promise<CheckReport> {
  const { inputTopic, outputTopic } = options;
  const names = [
    inputTopic,
    outputTopic,
    `${outputTopic}-late`,
    `${outputTopic}-dead-letters`,
    `${outputTopic}-journal`,
  ];
  const brokers = typeof options.brokers === 'string' ? options.brokers.split(',') : options.brokers;
  const cluster = await connectCluster({ brokers, clientId: 'checker' }, { logger: quiet });
  try {
    const partitions = await readAtRest(cluster, names, options.restWithinMs ?? 60_000);
    return checkRecords({ ...options, partitions });
  } finally {
    await cluster.close();
  }
}

/** A silence may still be written when all input is averaged: what is read counts once nothing moved meanwhile. */
async function readAtRest(cluster: Cluster, names: string[], withinMs: number): Promise<PartitionLogs[]> {
  const deadlineMs = Date.now() + withinMs;
  for (;;) {
    const before = await stableEnds(cluster, names);
    const logs = await readAll(cluster, names, before);
    const after = await stableEnds(cluster, names);
    if (JSON.stringify(after) === JSON.stringify(before)) return logs;
    if (Date.now() > deadlineMs) {
      throw new Error(
        `check of ${names[0]}: ends moved from ${JSON.stringify(before)} to ${JSON.stringify(after)}, wanted topics at rest`,
      );
    }
  }
}

/** By topic, then by partition; every output has as many partitions as the input. */
async function stableEnds(cluster: Cluster, names: string[]): Promise<number[][]> {
  const partitions = await cluster.partitionCount(names[0]!);
  const each = Array.from({ length: partitions }, (_, partition) => partition);
  return Promise.all(
    names.map((topic) =>
      Promise.all(each.map((partition) => listOffset(cluster, topic, partition, 'stable'))),
    ),
  );
}

async function readAll(cluster: Cluster, names: string[], ends: number[][]): Promise<PartitionLogs[]> {
  const reader = startReader(cluster, { logger: quiet, isolation: 'read_committed' });
  try {
    return await Promise.all(
      ends[0]!.map(async (_, partition) => {
        const logs = await Promise.all(
          names.map((topic, i) =>
            readPartition(cluster, reader, { topic, partition, toOffset: ends[i]![partition]! }),
          ),
        );
        return { partition, ...byName(logs) };
      }),
    );
  } finally {
    await reader.close();
  }
}

function byName(logs: LogRecord[][]): Omit<PartitionLogs, 'partition'> {
  const named = TOPICS.map((name, i) => [name, logs[i]!]);
  return Object.fromEntries(named) as Omit<PartitionLogs, 'partition'>;
}
