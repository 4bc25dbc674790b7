import { errorCode, KafkaError } from '../errors.ts';
import type { TraceLog } from '../transaction-traces.ts';
import type { SimCluster } from './sim-cluster.ts';
import type { SimProcess } from './sim-process.ts';
import { simRetry } from './sim-retry.ts';

/** A process's look at what transactions have left in the simulated logs. */
export function simTraces(cluster: SimCluster, process: SimProcess): TraceLog {
  const ask = <T>(api: string, what: string, carryOut: () => T) =>
    simRetry(process, () => cluster.network.call(process, api, what, carryOut));
  return {
    ends: (partitions) =>
      Promise.all(
        partitions.map(async (part) => {
          const { topic, partition } = part;
          const stable = await ask('ListOffsets', `${topic}-${partition} stable`, () => {
            return cluster.partition(topic, partition).lastStable;
          });
          const latest = await ask('ListOffsets', `${topic}-${partition} latest`, () => {
            return cluster.partition(topic, partition).highWatermark;
          });
          return { topic, partition, stable, latest };
        }),
      ),
    async fetch({ topic, partition }, offset, { maxBytes, isolation }) {
      try {
        return await ask('Fetch', `${topic}-${partition} ${offset} traces`, () =>
          cluster.partition(topic, partition).fetch(offset, maxBytes, isolation),
        );
      } catch (error) {
        if (error instanceof KafkaError && error.code === errorCode.offsetOutOfRange) return undefined;
        throw error;
      }
    },
    now: () => process.time.now(),
    sleep: (ms) => process.time.sleep(ms),
  };
}
