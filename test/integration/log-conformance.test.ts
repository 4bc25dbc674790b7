import {
  type Cluster,
  clientCode,
  connectCluster,
  joinGroup,
  KafkaError,
  type LogClient,
  logClient,
  type Request,
} from '@meanwhile/kafka';
import { describe, inject } from 'vitest';
import { removeMembers } from '../../libs/kafka/src/group.ts';
import { createTopic, deleteTopic, uniqueTopic, until } from '../support/broker.ts';
import { describeConformance } from '../support/log-conformance.ts';
import type { ConformanceTarget, LostRequest } from '../support/log-conformance-target.ts';
import { silent } from '../support/pipeline.ts';

describe('the log of a real broker', () => describeConformance(realLog(inject('brokers'))));

function realLog(brokers: string): ConformanceTarget {
  const settings = { brokers: brokers.split(','), clientId: 'conformance' };
  let cluster: Cluster;
  let reading: Cluster;
  return {
    async start() {
      [cluster, reading] = await Promise.all([
        connectCluster(settings, { logger: silent }),
        connectCluster(settings, { logger: silent }),
      ]);
    },
    stop: async () => void (await Promise.all([cluster.close(), reading.close()])),
    client: () => clientOf(cluster, reading),
    losing: (lost) => clientOf(losing(cluster, lost), reading),
    async createTopic(partitions) {
      const topic = uniqueTopic('conformance');
      await createTopic(brokers, topic, partitions);
      return topic;
    },
    deleteTopic: (topic) => deleteTopic(brokers, topic),
    async recreateTopic(topic, partitions) {
      await deleteTopic(brokers, topic);
      await until(`${topic} to be created anew`, () =>
        createTopic(brokers, topic, partitions).then(
          () => true,
          () => false,
        ),
      );
    },
    join: (options) =>
      joinGroup(settings, {
        ...options,
        peerAddress: 'localhost:1',
        sessionTimeoutMs: 6_000,
        fastFailover: false,
        cluster,
        logger: silent,
        onFatal: (error) => {
          throw error;
        },
      }),
    expel: (groupId, memberId) => removeMembers(cluster, groupId, [memberId]),
    now: () => Date.now(),
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    run: (body) => body(),
  };
}

/** Readers have connections of their own: a long poll holds up what waits behind it. */
function clientOf(writing: Cluster, reading: Cluster): LogClient {
  const reader = logClient(reading, { logger: silent });
  return { ...logClient(writing, { logger: silent }), startReader: (o) => reader.startReader(o) };
}

function losing(cluster: Cluster, { api, fate }: LostRequest): Cluster {
  return {
    ...cluster,
    lane: () => losing(cluster.lane(), { api, fate }),
    async call(nodeId, request, options) {
      const isMeant = (request as Request<unknown>).apiName === api;
      if (!isMeant || fate === 'answerLost') {
        const answer = await cluster.call(nodeId, request, options);
        if (!isMeant) return answer;
      }
      throw new KafkaError(api, clientCode.noAnswer);
    },
  };
}
