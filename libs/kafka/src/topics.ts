import type { Admin } from 'kafkajs';
import { ANY_NODE, type Cluster, connectCluster } from './cluster.ts';
import { errorCode, errorOf } from './errors.ts';
import type { KafkaSettings } from './kafka-settings.ts';
import { openClient } from './kafkajs-internals.ts';
import type { Logger } from './logger.ts';
import { describeTopicConfigRequest } from './requests/describe-configs.ts';
import { metadataRequest } from './requests/metadata.ts';
import { withRetry } from './retry.ts';

/** A topic as it should be. Settings that are not named may have any value. */
export interface TopicPlan {
  name: string;
  partitions: number;
  replicationFactor: number;
  config: Record<string, string>;
}

export interface TopicReport {
  name: string;
  /** `missing`: would have been created, but for the dry run. */
  state: 'created' | 'exists' | 'missing' | 'differs';
  /** `partitions: 3, wanted 12` and the like; only for `differs`. */
  differences: string[];
}

export interface TopicDescription {
  partitions: number;
  /** Effective values, the broker's defaults included. */
  config: Record<string, string>;
}

/** Elections and the spread of metadata take up to a second or two; a cluster that needs longer is ill. */
const LEADER_WAIT_MS = 30_000;
const LEADER_POLL_MS = 50;

/**
 * Creates the topics that are missing and waits until every broker knows a leader for each of their
 * partitions. A topic that exists is compared and left as it is: it may be somebody else's.
 *
 * @returns one report per plan, in their order
 * @throws KafkaError, or Error naming the topic that could not be created and the broker's reason
 */
export async function ensureTopics(
  settings: KafkaSettings,
  plans: readonly TopicPlan[],
  options: { logger: Logger; dryRun?: boolean },
): Promise<TopicReport[]> {
  const cluster = await connectCluster(settings, options);
  const admin = openAdmin(settings, options.logger);
  try {
    await admin.connect();
    const reports: TopicReport[] = [];
    for (const plan of plans) {
      const found = await lookAt(cluster, plan.name);
      if (found) reports.push(await compare(admin, plan, found));
      else if (options.dryRun) reports.push({ name: plan.name, state: 'missing', differences: [] });
      else if (await create(admin, plan))
        reports.push({ name: plan.name, state: 'created', differences: [] });
      else reports.push(await compareRival(cluster, admin, plan));
    }
    const created = reports.filter(({ state }) => state === 'created').map(({ name }) => name);
    await untilLed(
      cluster,
      plans.filter(({ name }) => created.includes(name)),
    );
    return reports;
  } finally {
    await Promise.all([admin.disconnect(), cluster.close()]);
  }
}

/** Partition count and settings of a topic; undefined when there is none of that name. Throws KafkaError. */
export async function describeTopic(
  from: Cluster | KafkaSettings,
  name: string,
): Promise<TopicDescription | undefined> {
  if ('call' in from) return lookAt(from, name);
  const cluster = await connectCluster(from, { logger: silent });
  try {
    return await lookAt(cluster, name);
  } finally {
    await cluster.close();
  }
}

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} };

async function lookAt(cluster: Cluster, name: string): Promise<TopicDescription | undefined> {
  return withRetry(cluster, async () => {
    const { topics } = await cluster.call(ANY_NODE, metadataRequest([name]));
    const topic = topics[0];
    if (topic === undefined || topic.errorCode === errorCode.unknownTopicOrPartition) return undefined;
    if (topic.errorCode !== errorCode.none) throw errorOf('Metadata', topic.errorCode, { topic: name });
    const described = await cluster.call(ANY_NODE, describeTopicConfigRequest(name));
    const code = described?.errorCode ?? errorCode.unknownTopicOrPartition;
    if (described === undefined || code !== errorCode.none) {
      throw errorOf('DescribeConfigs', code, { topic: name });
    }
    return { partitions: topic.leaders.size, config: described.config };
  });
}

async function compare(admin: Admin, plan: TopicPlan, found: TopicDescription): Promise<TopicReport> {
  const { topics } = await admin.fetchTopicMetadata({ topics: [plan.name] });
  const replicas = topics[0]?.partitions[0]?.replicas.length ?? 0;
  const differences: string[] = [];
  const note = (what: string, value: string | number | undefined, wanted: string | number) => {
    if (String(value) !== String(wanted))
      differences.push(`${what}: ${value ?? 'not set'}, wanted ${wanted}`);
  };
  note('partitions', found.partitions, plan.partitions);
  note('replication factor', replicas, plan.replicationFactor);
  for (const [setting, wanted] of Object.entries(plan.config)) note(setting, found.config[setting], wanted);
  return { name: plan.name, state: differences.length > 0 ? 'differs' : 'exists', differences };
}

/** Somebody else created it since we looked, perhaps the same step on another machine: theirs may differ. */
async function compareRival(cluster: Cluster, admin: Admin, plan: TopicPlan): Promise<TopicReport> {
  await untilLed(cluster, [{ ...plan, partitions: 1 }]);
  const found = await lookAt(cluster, plan.name);
  if (!found) throw errorOf('Metadata', errorCode.unknownTopicOrPartition, { topic: plan.name });
  await untilLed(cluster, [{ ...plan, partitions: found.partitions }]);
  return compare(admin, plan, found);
}

/** False: there is one of that name by now. */
async function create(admin: Admin, plan: TopicPlan): Promise<boolean> {
  const configEntries = Object.entries(plan.config).map(([name, value]) => ({ name, value }));
  try {
    return await admin.createTopics({
      // kafkajs's own waiting throws UNKNOWN_TOPIC_OR_PARTITION on a busy broker although the topic is there.
      waitForLeaders: false,
      topics: [
        {
          topic: plan.name,
          numPartitions: plan.partitions,
          replicationFactor: plan.replicationFactor,
          configEntries,
        },
      ],
    });
  } catch (error) {
    throw new Error(`creating topic ${plan.name} failed: ${reasonOf(error)}`, { cause: error });
  }
}

/** kafkajs wraps the broker's word into "Topic creation errors". */
function reasonOf(error: unknown): string {
  const { message, errors } = error as Error & { errors?: Error[] };
  return errors?.map((each) => each.message).join(', ') || message;
}

async function untilLed(cluster: Cluster, plans: readonly TopicPlan[]): Promise<void> {
  if (plans.length === 0) return;
  const endMs = performance.now() + LEADER_WAIT_MS;
  for (;;) {
    const missing = await withRetry(cluster, () => missingLeader(cluster, plans));
    if (missing === undefined) return;
    if (performance.now() > endMs) {
      throw new Error(
        `creating topics: no leader for ${missing}, wanted one within ${LEADER_WAIT_MS / 1000} s`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, LEADER_POLL_MS));
  }
}

/** A partition that some broker does not yet know a leader of: who asks that one next would be told it is unknown. */
async function missingLeader(cluster: Cluster, plans: readonly TopicPlan[]): Promise<string | undefined> {
  const names = plans.map(({ name }) => name);
  const { brokers } = await cluster.call(ANY_NODE, metadataRequest([]));
  for (const { nodeId } of brokers) {
    const { topics } = await cluster.call(nodeId, metadataRequest(names));
    for (const plan of plans) {
      const leaders = topics.find(({ topic }) => topic === plan.name)?.leaders;
      for (let partition = 0; partition < plan.partitions; partition++) {
        if ((leaders?.get(partition) ?? -1) < 0) return `${plan.name}-${partition}`;
      }
    }
  }
  return undefined;
}

function openAdmin(settings: KafkaSettings, logger: Logger): Admin {
  return openClient(settings, logger).admin();
}
