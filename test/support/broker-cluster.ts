import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import kafkajs from 'kafkajs';
import { runCommand } from '../../deploy/local/broker-command.ts';
import { findKafkaJava, type KafkaJava } from './broker-java.ts';
import {
  type BrokerNode,
  brokerFolder,
  lastingPort,
  makeBrokerNode,
  removeBrokerFolder,
  untilServing,
} from './broker-node.ts';
import { until } from './pipeline.ts';

/** Three real brokers, each of them controller too, that a test may kill and start again. */
export interface BrokerCluster {
  /** `host:port` of all three, as KAFKA_BROKERS takes it. */
  brokers: string;
  nodeIds: readonly number[];
  /** SIGSTOP: what is on its way to it stays unanswered. To be killed within a second or two, or the others replace it as well. */
  freeze(nodeId: number): Promise<void>;
  /** SIGKILL. Resolves when the process is gone; the others notice within about 3 s. */
  kill(nodeId: number): Promise<void>;
  /** Starts a killed broker again, on its data and its port; does not wait for it. */
  start(nodeId: number): void;
  /** Waits until every replica is in sync and every partition's leader is its preferred one. */
  untilHealed(): Promise<void>;
  /** Finalizes a lower level of a feature, such as `transaction.version=1`. */
  downgrade(feature: string): Promise<void>;
  /** Creates a topic with a replica on each broker; partitions are led by the brokers in turn. */
  createTopic(topic: string, partitions: number): Promise<void>;
  /** Starts whatever was killed, and waits as `untilHealed`. */
  restore(): Promise<void>;
  stop(): Promise<void>;
}

const NODE_IDS = [1, 2, 3];

/** @returns the cluster, or in a text why there can be none on this machine */
export async function startBrokerCluster(): Promise<BrokerCluster | string> {
  const java = await findKafkaJava();
  if (typeof java === 'string') return java;
  const folder = brokerFolder('cluster');
  const ports = new Map<number, { broker: number; controller: number }>();
  for (const id of NODE_IDS) ports.set(id, { broker: await lastingPort(), controller: await lastingPort() });
  const nodes = new Map<number, BrokerNode>();
  const stop = async () => {
    // Together they would wait for each other to take over, and nobody needs their files any more.
    await Promise.all([...nodes.values()].filter((node) => node.isRunning).map((node) => node.kill()));
    removeBrokerFolder(folder);
  };
  const addresses = NODE_IDS.map((id) => `127.0.0.1:${ports.get(id)!.broker}`);
  const client = new kafkajs.Kafka({ brokers: addresses, clientId: 'cluster', logLevel: 0 });
  try {
    await Promise.all(
      NODE_IDS.map(async (id) => {
        const settings = settingsOf(id, ports);
        const at = {
          java,
          folder: join(folder, `node-${id}`),
          name: `meanwhile-test-${process.pid}-${randomUUID().slice(0, 8)}`,
        };
        nodes.set(id, await makeBrokerNode({ ...at, settings, heapMb: 384 }));
      }),
    );
    for (const node of nodes.values()) node.start();
    await untilServing(
      'three live brokers',
      [...nodes.values()],
      async () => (await liveBrokers(client)) === 3,
    );
  } catch (error) {
    await stop();
    throw error;
  }
  const untilHealed = () =>
    untilServing('all replicas in sync and led as preferred', [...nodes.values()], () => isHealed(client));
  return {
    brokers: addresses.join(','),
    nodeIds: NODE_IDS,
    freeze: (nodeId) => nodes.get(nodeId)!.freeze(),
    kill: (nodeId) => nodes.get(nodeId)!.kill(),
    start: (nodeId) => nodes.get(nodeId)!.start(),
    untilHealed,
    downgrade: (feature) => downgrade(java, folder, addresses[0]!, feature),
    createTopic: (topic, partitions) => createTopic(client, topic, partitions),
    async restore() {
      for (const node of nodes.values()) if (!node.isRunning) node.start();
      await untilHealed();
    },
    stop,
  };
}

function settingsOf(
  id: number,
  ports: ReadonlyMap<number, { broker: number; controller: number }>,
): Record<string, string> {
  const own = ports.get(id)!;
  return {
    'process.roles': 'broker,controller',
    'node.id': String(id),
    'controller.listener.names': 'CONTROLLER',
    'controller.quorum.voters': [...ports]
      .map(([node, at]) => `${node}@127.0.0.1:${at.controller}`)
      .join(','),
    listeners: `PLAINTEXT://127.0.0.1:${own.broker},CONTROLLER://127.0.0.1:${own.controller}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${own.broker}`,
    'auto.create.topics.enable': 'false',
    'default.replication.factor': '3',
    'min.insync.replicas': '2',
    'offsets.topic.replication.factor': '3',
    'offsets.topic.num.partitions': '6',
    'transaction.state.log.replication.factor': '3',
    'transaction.state.log.min.isr': '2',
    'transaction.state.log.num.partitions': '6',
    'share.coordinator.state.topic.replication.factor': '3',
    'group.initial.rebalance.delay.ms': '0',
    // A dead broker is replaced within about 3 s instead of 9 to 30.
    'broker.heartbeat.interval.ms': '300',
    'broker.session.timeout.ms': '3000',
    'replica.lag.time.max.ms': '3000',
    // Leaders go back to where they were as soon as their broker is in sync again.
    'leader.imbalance.check.interval.seconds': '1',
    'num.network.threads': '2',
    'num.io.threads': '4',
    'log.cleaner.enable': 'false',
  };
}

async function liveBrokers(client: kafkajs.Kafka): Promise<number> {
  return withAdmin(client, async (admin) => (await admin.describeCluster()).brokers.length).catch(() => 0);
}

async function isHealed(client: kafkajs.Kafka): Promise<boolean> {
  return withAdmin(client, async (admin) => {
    if ((await admin.describeCluster()).brokers.length < NODE_IDS.length) return false;
    const { topics } = await admin.fetchTopicMetadata();
    return topics
      .flatMap((topic) => topic.partitions)
      .every(({ leader, replicas, isr }) => isr.length === replicas.length && leader === replicas[0]);
  }).catch(() => false);
}

async function createTopic(client: kafkajs.Kafka, topic: string, partitions: number): Promise<void> {
  const replicaAssignment = Array.from({ length: partitions }, (_, partition) => ({
    partition,
    replicas: NODE_IDS.map((_id, i) => NODE_IDS[(partition + i) % NODE_IDS.length]!),
  }));
  const configEntries = [{ name: 'retention.ms', value: '-1' }];
  await withAdmin(client, async (admin) => {
    await admin.createTopics({
      waitForLeaders: false,
      topics: [{ topic, replicaAssignment, configEntries }],
    });
    await until(`leaders of ${topic}`, 30_000, async () => {
      const { topics } = await admin.fetchTopicMetadata({ topics: [topic] }).catch(() => ({ topics: [] }));
      return topics[0]?.partitions.filter(({ isr }) => isr.length === 3).length === partitions;
    });
  });
}

async function downgrade(java: KafkaJava, folder: string, broker: string, feature: string): Promise<void> {
  const main = ['org.apache.kafka.tools.FeatureCommand', '--bootstrap-server', broker];
  const name = `meanwhile-test-feature-${randomUUID().slice(0, 8)}`;
  const command = java.command({ name, folder, main: [...main, 'downgrade', '--feature', feature] });
  const [program, ...args] = command;
  const changed = await runCommand(program!, args, { timeoutMs: 60_000 });
  if (!changed.isOk) throw new Error(`downgrade to ${feature} failed: ${changed.failure}`);
}

async function withAdmin<T>(client: kafkajs.Kafka, use: (admin: kafkajs.Admin) => Promise<T>): Promise<T> {
  const admin = client.admin({ retry: { retries: 1 } });
  try {
    await admin.connect();
    return await use(admin);
  } finally {
    await admin.disconnect();
  }
}
