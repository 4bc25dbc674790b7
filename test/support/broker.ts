import { randomUUID } from 'node:crypto';
import kafkajs from 'kafkajs';

/** A topic name nobody else uses: tests share one broker, which may be somebody's own. */
export function uniqueTopic(prefix: string): string {
  return `test-${prefix}-${randomUUID().slice(0, 8)}`;
}

/**
 * Creates a topic and waits until each partition has a leader.
 *
 * @param config topic settings; `retention.ms=-1` unless given, since a broker deletes old event times.
 */
export async function createTopic(
  brokers: string,
  topic: string,
  partitions = 1,
  config: Record<string, string> = {},
): Promise<void> {
  await withAdmin(brokers, async (admin) => {
    const configEntries = Object.entries({ 'retention.ms': '-1', ...config }).map(([name, value]) => ({
      name,
      value,
    }));
    await admin.createTopics({
      // kafkajs's own waiting throws on a busy broker although the topic is there.
      waitForLeaders: false,
      topics: [{ topic, numPartitions: partitions, replicationFactor: 1, configEntries }],
    });
    await until(`a leader for each of the ${partitions} partitions of ${topic}`, async () => {
      const { topics } = await admin.fetchTopicMetadata({ topics: [topic] }).catch(() => ({ topics: [] }));
      const found = topics[0]?.partitions ?? [];
      return found.length === partitions && found.every((partition) => partition.leader >= 0);
    });
  });
}

/** Creates a topic of a fresh name and gives the name. */
export async function freshTopic(
  brokers: string,
  prefix: string,
  partitions = 1,
  config: Record<string, string> = {},
): Promise<string> {
  const topic = uniqueTopic(prefix);
  await createTopic(brokers, topic, partitions, config);
  return topic;
}

export async function deleteTopic(brokers: string, topic: string): Promise<void> {
  await withAdmin(brokers, async (admin) => {
    await admin.deleteTopics({ topics: [topic] });
  });
}

/** Polls a condition; fails with its name when it does not come true in time. */
export async function until(
  what: string,
  isTrue: () => boolean | Promise<boolean>,
  timeoutMs = 30_000,
): Promise<void> {
  const deadlineMs = Date.now() + timeoutMs;
  while (!(await isTrue())) {
    if (Date.now() > deadlineMs) throw new Error(`waited ${timeoutMs} ms in vain for: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function withAdmin<T>(brokers: string, use: (admin: kafkajs.Admin) => Promise<T>): Promise<T> {
  const kafka = new kafkajs.Kafka({
    clientId: 'test',
    brokers: brokers.split(','),
    logLevel: kafkajs.logLevel.NOTHING,
  });
  const admin = kafka.admin();
  await admin.connect();
  try {
    return await use(admin);
  } finally {
    await admin.disconnect();
  }
}
