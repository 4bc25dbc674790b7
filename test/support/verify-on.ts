import type { SimCluster } from '@meanwhile/kafka/testing';
import { SimProcess, simClient } from '@meanwhile/kafka/testing';
import { topicNames } from '@meanwhile/records';
import type { VerifyLog } from '../../services/cli/src/verify/verify-log.ts';
import { type VerifyReport, verifyTopics } from '../../services/cli/src/verify/verify-topics.ts';

/** Verifies topics of a simulated cluster, of which nobody else makes use meanwhile. */
export function verifySimulated(
  cluster: SimCluster,
  o: {
    inputTopic: string;
    outputTopic: string;
    journal?: string;
    partitions: readonly number[];
    isFromSnapshot?: boolean;
    /** Called before an offset is asked for: others may write meanwhile. */
    beforeOffset?: (topic: string, at: string | number) => void;
  },
): Promise<VerifyReport> {
  const client = simClient(cluster, new SimProcess(cluster.world, 'verify'));
  const log: VerifyLog = {
    reader: client.startReader(),
    // The simulated cluster finds nothing by time: everything is read.
    offset(topic, partition, at) {
      o.beforeOffset?.(topic, at);
      return client.listOffset(topic, partition, typeof at === 'number' ? 'earliest' : at);
    },
    topicId: (topic) => client.topicId(topic),
    partitionCount: (topic) => client.partitionCount(topic),
  };
  const names = topicNames(o.outputTopic);
  return cluster.world.settle(
    verifyTopics({
      log,
      inputTopic: o.inputTopic,
      names: { ...names, journal: o.journal ?? names.journal },
      partitions: o.partitions,
      isFromSnapshot: o.isFromSnapshot ?? false,
      onProgress() {},
    }),
  );
}
