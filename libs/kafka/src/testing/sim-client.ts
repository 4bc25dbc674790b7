import type { LogClient } from '../log-client.ts';
import type { SimCluster } from './sim-cluster.ts';
import type { SimProcess } from './sim-process.ts';
import { startSimReader } from './sim-reader.ts';
import { simRetry } from './sim-retry.ts';
import { openSimWriter } from './sim-writer.ts';

/** A process's client of the simulated cluster. */
export function simClient(cluster: SimCluster, process: SimProcess): LogClient {
  const ask = <T>(api: string, what: string, carryOut: () => T) =>
    simRetry(process, () => cluster.network.call(process, api, what, carryOut));
  return {
    openWriter: (o) => openSimWriter(cluster, process, o),
    startReader: (o) => startSimReader(cluster, process, o),
    listOffset: (topic, partition, at) =>
      ask('ListOffsets', `${topic}-${partition} ${at}`, () => {
        const log = cluster.partition(topic, partition);
        if (at === 'earliest') return log.logStart;
        return at === 'latest' ? log.highWatermark : log.lastStable;
      }),
    groupOffset: (groupId, topic, partition) =>
      ask('OffsetFetch', `${groupId} ${topic}-${partition}`, () =>
        cluster.transactions.groupOffset(groupId, topic, partition),
      ),
    deleteRecordsBefore: (topic, partition, offset) =>
      ask('DeleteRecords', `${topic}-${partition} ${offset}`, () =>
        cluster.partition(topic, partition).deleteBefore(offset),
      ),
    topicId: (topic) => ask('Metadata', topic, () => cluster.topicId(topic)),
    partitionCount: (topic) => ask('Metadata', topic, () => cluster.partitionCount(topic)),
  };
}
