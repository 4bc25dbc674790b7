import { type Cluster, connectCluster, type Logger, listOffset, startReader } from '@meanwhile/kafka';
import { PartitionCheck } from './checker-partition.ts';
import { Problems } from './checker-problems.ts';
import { readPartition } from './checker-read.ts';
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
    return await checkAtRest(cluster, names, options);
  } finally {
    await cluster.close();
  }
}

/** A silence may still be written when all input is averaged: what is read counts once nothing moved meanwhile. */
async function checkAtRest(
  cluster: Cluster,
  names: string[],
  options: CheckTopicsOptions,
): Promise<CheckReport> {
  const deadlineMs = Date.now() + (options.restWithinMs ?? 60_000);
  for (;;) {
    const before = await stableEnds(cluster, names);
    const report = await checkUpTo(cluster, names, before, options);
    const after = await stableEnds(cluster, names);
    if (JSON.stringify(after) === JSON.stringify(before)) return report;
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

/** One partition after the other: a long run's records would not fit into memory together. */
async function checkUpTo(
  cluster: Cluster,
  names: string[],
  ends: number[][],
  options: CheckTopicsOptions,
): Promise<CheckReport> {
  const reader = startReader(cluster, { logger: quiet, isolation: 'read_committed' });
  const problems = new Problems();
  try {
    for (const partition of ends[0]!.keys()) {
      const logs = await Promise.all(
        names.map((topic, i) =>
          readPartition(cluster, reader, { topic, partition, toOffset: ends[i]![partition]! }),
        ),
      );
      new PartitionCheck({ partition, ...byName(logs) }, options, problems).run();
    }
  } finally {
    await reader.close();
  }
  return problems.report();
}

function byName(logs: LogRecord[][]): Omit<PartitionLogs, 'partition'> {
  const named = TOPICS.map((name, i) => [name, logs[i]!]);
  return Object.fromEntries(named) as Omit<PartitionLogs, 'partition'>;
}
