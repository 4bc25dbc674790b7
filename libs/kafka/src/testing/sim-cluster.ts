import { errorCode, errorOf } from '../errors.ts';
import { readHeader } from './sim-batch.ts';
import { SimGroup } from './sim-group.ts';
import { SimNetwork } from './sim-network.ts';
import { SimPartition } from './sim-partition.ts';
import { SimTransactions } from './sim-transactions.ts';
import type { World } from './world.ts';

interface SimTopic {
  id: string;
  partitions: SimPartition[];
  hasAppendTime: boolean;
}

/** The brokers of a simulated cluster and the way to them: what they know is right, what reaches them is up to the network. */
export class SimCluster {
  readonly world: World;
  readonly network: SimNetwork;
  readonly transactions: SimTransactions;
  /** Called when a writer has ended a transaction that hung. */
  onMended: (verdict: 'commit' | 'abort') => void = () => {};
  readonly #topics = new Map<string, SimTopic>();
  readonly #groups = new Map<string, SimGroup>();
  #topicsCreated = 0;

  constructor(world: World) {
    this.world = world;
    this.network = new SimNetwork(world);
    this.transactions = new SimTransactions(world);
  }

  /** `hasAppendTime`: message.timestamp.type=LogAppendTime. */
  createTopic(name: string, partitions: number, options: { hasAppendTime?: boolean } = {}): void {
    if (this.#topics.has(name)) throw new Error(`createTopic: ${name} exists, wanted a new name`);
    const topic: SimTopic = {
      id: `topic-${++this.#topicsCreated}`,
      partitions: [],
      hasAppendTime: options.hasAppendTime ?? false,
    };
    this.#topics.set(name, topic);
    this.addPartitions(name, partitions);
  }

  /** Makes it `count` partitions. */
  addPartitions(name: string, count: number): void {
    const { partitions, hasAppendTime } = this.#topic(name);
    while (partitions.length < count) {
      const now = () => this.world.nowMs;
      partitions.push(new SimPartition({ topic: name, partition: partitions.length, hasAppendTime, now }));
    }
  }

  deleteTopic(name: string): void {
    const { partitions } = this.#topic(name);
    this.#topics.delete(name);
    for (const partition of partitions) partition.remove();
  }

  /** Throws UNKNOWN_TOPIC_OR_PARTITION. */
  partition(topic: string, partition: number): SimPartition {
    const found = this.#topics.get(topic)?.partitions[partition];
    if (found === undefined)
      throw errorOf('look-up', errorCode.unknownTopicOrPartition, { topic, partition });
    return found;
  }

  topicId(name: string): string {
    return this.#topic(name).id;
  }

  partitionCount(name: string): number {
    return this.#topic(name).partitions.length;
  }

  get topicNames(): string[] {
    return [...this.#topics.keys()];
  }

  group(groupId: string): SimGroup {
    let group = this.#groups.get(groupId);
    if (group === undefined) {
      group = new SimGroup(this.world, groupId);
      this.#groups.set(groupId, group);
    }
    return group;
  }

  /** Produce at the leader: a batch of a transaction is one only if the coordinator says so. */
  produce(topic: string, partition: number, bytes: Uint8Array): number {
    const log = this.partition(topic, partition);
    const { isTransactional, producerId, producerEpoch } = readHeader(bytes);
    if (isTransactional) this.transactions.addPartition(producerId, producerEpoch, log);
    return log.append(bytes);
  }

  #topic(name: string): SimTopic {
    const topic = this.#topics.get(name);
    if (topic === undefined) throw errorOf('Metadata', errorCode.unknownTopicOrPartition, { topic: name });
    return topic;
  }
}
