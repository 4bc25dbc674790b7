import { setTimeout as sleep } from 'node:timers/promises';
import { type Cluster, connectCluster } from '@meanwhile/kafka';
import { DEAD_LETTER_REASONS, topicNames } from '@meanwhile/records';
import { expect } from 'vitest';
import type { Child } from '../../deploy/local/child.ts';
import { deleteTopic } from '../support/broker.ts';
import { checkTopics } from '../support/checker.ts';
import { makePipeline, type Pipeline, silent, until } from '../support/pipeline.ts';
import { deadLetterReasons } from './dead-letter-reasons.ts';
import { type LiveReader, startLiveReader } from './live-reader.ts';
import { type Load, startLoad } from './load.ts';
import { keysPerPartition } from './load-records.ts';
import { progress, times } from './report.ts';
import { topicEnds } from './topic-ends.ts';

export const PARTITIONS = 12;
/** The cut has a third of the load: most of its time would go into the check. */
const PER_SECOND = times(3_300, 1_000);
const SHAPE = { keys: times(1_000, 300), partitions: PARTITIONS, seed: 20_131_007 };
/** No room for the keys that come once. */
const MAX_KEYS = keysPerPartition(SHAPE);
const WINDOWS = 'sliding:10s,tumbling:10s,session:1s';
/** Of whatever has to come to pass: only ends what hangs. */
export const PATIENCE_MS = 120_000;

/** A pipeline under load with three aggregators, a reader beside it, and the proof at the end. */
export interface Chaos {
  pipeline: Pipeline;
  /** For looks at the topics from outside. */
  cluster: Cluster;
  journal: string;
  live: LiveReader;
  /** The aggregators by INSTANCE_ID. */
  members: Map<string, Child>;
  /** Starts an aggregator under a name that nobody has now, and waits until it is ready. */
  start(name: string, env?: Record<string, string>): Promise<Child>;
  /** The same, without waiting. */
  launch(name: string, env?: Record<string, string>): Promise<Child>;
  /** Partitions whose newest commit is by this aggregator. */
  partitionsOf(name: string): number[];
  /** Waits until these partitions have a commit that was appended after this time (by the broker's clock, which is ours). */
  untilCommittedAfter(timeMs: number, partitions?: readonly number[]): Promise<void>;
  /** Waits until everything that is in the input now is committed. */
  untilCaughtUp(): Promise<void>;
  /** Ends the load, waits until everything is committed, stops the aggregators and holds the topics to the oracle. */
  finish(): Promise<void>;
  /** Ends every process, well or not. */
  close(): Promise<void>;
}

export const NAMES = ['a', 'b', 'c'] as const;

export async function startChaos(o: {
  brokers: string;
  name: string;
  env?: Record<string, string>;
  /** Settings of one aggregator. */
  envOf?: (name: string) => Record<string, string>;
}): Promise<Chaos> {
  const settings = { WINDOWS, MAX_KEYS: String(MAX_KEYS), PARTITIONS: String(PARTITIONS) };
  const pipeline = await makePipeline({
    brokers: o.brokers,
    name: `chaos-${o.name}`,
    env: { ...settings, ...o.env },
  });
  const { inputTopic, outputTopic } = pipeline;
  const { averages, late, deadLetters, journal } = topicNames(outputTopic);
  const topics = [inputTopic, averages, late, deadLetters, journal];
  const everyPartition = Array.from({ length: PARTITIONS }, (_, partition) => partition);
  const cluster = await connectCluster(
    { brokers: o.brokers.split(','), clientId: 'chaos' },
    { logger: silent },
  );
  const live = await startLiveReader({ brokers: o.brokers, averages, journal, partitions: PARTITIONS });
  const members = new Map<string, Child>();
  let load: Load | undefined;
  let isLiveClosed = false;

  async function launch(name: string, env: Record<string, string> = {}): Promise<Child> {
    const child = await pipeline.launch('aggregator', { INSTANCE_ID: name, ...o.envOf?.(name), ...env });
    members.set(name, child);
    return child;
  }

  async function start(name: string, env?: Record<string, string>): Promise<Child> {
    const child = await launch(name, env);
    await child.ready();
    return child;
  }

  async function untilCommittedAfter(
    timeMs: number,
    partitions: readonly number[] = everyPartition,
  ): Promise<void> {
    const waiting = () => partitions.filter((p) => (live.commits(p).at(-1)?.appendMs ?? 0) <= timeMs);
    await untilEmpty('a commit in every partition', waiting);
  }

  async function untilCaughtUp(): Promise<void> {
    const ends = await topicEnds(cluster, [inputTopic], everyPartition);
    const waiting = () =>
      ends
        .filter((end) => (live.commits(end.partition).at(-1)?.nextOffset ?? 0) < end.highWatermark)
        .map(({ partition }) => partition);
    await untilEmpty('all of the input committed', waiting);
  }

  async function finish(): Promise<void> {
    progress('the load ends');
    const acknowledged = await load!.stop();
    await untilCaughtUp();
    progress(`all of ${acknowledged} records committed`);
    const codes = await Promise.all([...members.values()].map((child) => child.stop()));
    expect(codes, 'exit codes of the aggregators that run at the end').toEqual(codes.map(() => 0));
    // The markers of a commit come after its answer.
    const openEnds = async () =>
      (await topicEnds(cluster, topics, everyPartition)).filter(
        (end) => end.lastStableOffset !== end.highWatermark,
      );
    await until('no transaction open', PATIENCE_MS, async () => (await openEnds()).length === 0);
    const ends = await topicEnds(cluster, topics, everyPartition);
    await until('the reader has read everything', PATIENCE_MS, () =>
      ends
        .filter(({ topic }) => topic === averages || topic === journal)
        .every((end) => live.position(end.topic, end.partition) >= end.highWatermark),
    );
    await closeLive();

    progress(`checking ${live.watch.results} results`);
    const report = await checkTopics({ brokers: o.brokers, inputTopic, outputTopic });
    progress(`checked: ${JSON.stringify(report.counts)}`);
    // Together: what one of them says of the other's findings is half of the explanation.
    expect({ reader: live.watch.faults, checker: report.problems }).toEqual({ reader: [], checker: [] });
    expect(report.isClean).toBe(true);
    expect(report.counts.read).toBeGreaterThanOrEqual(acknowledged);
    expect(report.counts.late).toBeGreaterThan(0);
    expect(report.counts.results).toBe(live.watch.results);
    const reasons = await deadLetterReasons(cluster, deadLetters, everyPartition);
    expect([...reasons].sort()).toEqual([...DEAD_LETTER_REASONS].sort());
  }

  async function closeLive(): Promise<void> {
    if (isLiveClosed) return;
    isLiveClosed = true;
    await live.close();
  }

  async function close(): Promise<void> {
    for (const child of members.values()) child.kill('SIGCONT'); // a stopped one hears no SIGTERM
    await load?.abandon();
    await pipeline.stop();
    await closeLive();
    await cluster.close();
    // Gigabytes over all files, on a broker that they share.
    for (const topic of topics) await deleteTopic(o.brokers, topic).catch(() => {});
  }

  try {
    await Promise.all(NAMES.map((name) => start(name)));
    load = await startLoad({ brokers: o.brokers, topic: inputTopic, perSecond: PER_SECOND, shape: SHAPE });
    await untilCommittedAfter(Date.now());
  } catch (error) {
    await close();
    throw error;
  }
  return {
    pipeline,
    cluster,
    journal,
    live,
    members,
    start,
    launch,
    partitionsOf: (name) =>
      everyPartition.filter((partition) => live.commits(partition).at(-1)?.instance === name),
    untilCommittedAfter,
    untilCaughtUp,
    finish,
    close,
  };
}

/** @throws naming the partitions that are left when the time is up */
async function untilEmpty(what: string, waiting: () => number[]): Promise<void> {
  const deadlineMs = Date.now() + PATIENCE_MS;
  for (;;) {
    const left = waiting();
    if (left.length === 0) return;
    if (Date.now() > deadlineMs) {
      throw new Error(`${what}: not within ${PATIENCE_MS / 1_000} s in partitions ${left.join(', ')}`);
    }
    await sleep(10);
  }
}
