import type { Cluster } from './cluster.ts';
import { clientCode, KafkaError } from './errors.ts';
import { BatchBuilder } from './record-batch.ts';
import type { Request } from './request.ts';
import { Writer } from './wire.ts';

/** One request a fake cluster was asked, in order of the calls. */
export interface Asked {
  nodeId: number;
  apiName: string;
  apiVersion: number;
  /** The request body, in hex: equal bytes are an equal repeat. */
  body: string;
}

export type Answer = (asked: Asked) => unknown;

export const lostAnswer = (): never => {
  throw new KafkaError('test', clientCode.noAnswer);
};
export const notSent = (): never => {
  throw new KafkaError('test', clientCode.notSent);
};

/**
 * A cluster without a network: every request is answered by `answers[apiName]`, with the value its decoder would give. An array
 * gives one answer per request, the last for all further ones; functions are called, and may throw.
 */
export function fakeCluster(
  answers: Record<string, unknown>,
  options: {
    transactionVersion?: number;
    leaderOf?: (topic: string, partition: number) => number;
    partitions?: number;
  } = {},
): Cluster & { asked: Asked[]; refreshes: number } {
  const asked: Asked[] = [];
  const counts = new Map<string, number>();
  const { transactionVersion = 2, leaderOf = () => 1, partitions = 3 } = options;
  const fake: Cluster & { asked: Asked[]; refreshes: number } = {
    asked,
    refreshes: 0,
    partitionCount: async () => partitions,
    leaderOf: async (topic: string, partition: number) => leaderOf(topic, partition),
    topicId: async () => 'AAAAAAAAAAAAAAAAAAAAAA',
    refresh: async () => {
      fake.refreshes++;
    },
    coordinator: async () => 1,
    transactionVersion: async () => transactionVersion,
    close: async () => {},
    lane: () => fake,
    async call<T>(nodeId: number, request: Request<T>): Promise<T> {
      const { apiName, apiVersion } = request;
      const writer = new Writer();
      request.encode(writer);
      const entry = { nodeId, apiName, apiVersion, body: writer.written.toString('hex') };
      asked.push(entry);
      const scripted = answers[apiName];
      const count = counts.get(apiName) ?? 0;
      counts.set(apiName, count + 1);
      const answer: unknown = Array.isArray(scripted)
        ? scripted[Math.min(count, scripted.length - 1)]
        : scripted;
      await Promise.resolve();
      return (typeof answer === 'function' ? (answer as Answer)(entry) : answer) as T;
    },
  };
  return fake;
}

export function batchOf(...values: string[]): BatchBuilder {
  const batch = new BatchBuilder(10_000);
  for (const text of values) {
    const value = new TextEncoder().encode(text);
    batch.append({
      key: null,
      keyStart: 0,
      keyEnd: 0,
      value,
      valueStart: 0,
      valueEnd: value.length,
      timestampMs: 1_700_000_000_000,
    });
  }
  return batch;
}
