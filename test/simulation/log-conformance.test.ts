import { joinSimGroup, SimCluster, SimProcess, simClient, World } from '@meanwhile/kafka/testing';
import { describe } from 'vitest';
import { describeConformance } from '../support/log-conformance.ts';
import type { ConformanceTarget } from '../support/log-conformance-target.ts';

describe('the simulated log', () => describeConformance(simulatedLog()));

function simulatedLog(): ConformanceTarget {
  const world = new World(1);
  const cluster = new SimCluster(world);
  let created = 0;
  const another = () => new SimProcess(world, `p${++created}`);
  return {
    start: async () => {},
    stop: async () => {},
    client: () => simClient(cluster, another()),
    losing({ api, fate }) {
      const process = another();
      cluster.network.faults.add({ process, api, fate, probability: 1 });
      return simClient(cluster, process);
    },
    async createTopic(partitions) {
      const topic = `topic-${++created}`;
      cluster.createTopic(topic, partitions);
      return topic;
    },
    deleteTopic: async (topic) => cluster.deleteTopic(topic),
    async recreateTopic(topic, partitions) {
      cluster.deleteTopic(topic);
      cluster.createTopic(topic, partitions);
    },
    join: (options) =>
      joinSimGroup(cluster, another(), {
        ...options,
        sessionTimeoutMs: 6_000,
        onFatal: (error) => {
          throw error;
        },
      }),
    expel: async (groupId, memberId) => cluster.group(groupId).remove([memberId]),
    now: () => Math.floor(world.nowMs),
    sleep: (ms) => world.sleep(ms),
    run: (body) => world.settle(body()),
  };
}
