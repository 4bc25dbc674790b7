import kafkajs from 'kafkajs';
import type { Child } from '../../deploy/local/child.ts';
import { seededRandom } from './data-random.ts';
import { makePipeline, type Pipeline } from './pipeline.ts';
import { topicRecords } from './topic-records.ts';

export interface MixedRun {
  pipeline: Pipeline;
  /** How many prices of each kind were sent. */
  sent: { good: number; bad: number };
  aggregator: Child;
}

/** Between them results are aborted, so that committed ones stand before and behind. */
const PARTS = [300, 260, 40];
export const MIXED_PARTITIONS = 3;
export const MIXED_WINDOWS = ['sliding-2s', 'tumbling-1s', 'hopping-4s-2s', 'session-500ms'];

const FIRST_MS = 1_700_000_000_000;
/** Keys that programs in other languages are likely to get wrong. */
const SYMBOLS = ['ACME', 'ZETA', 'ÄÖÜ', '日本', 'a "b" \\c', '😀', 'tab\tname', '<b>&amp;'];
const BAD = [
  '',
  '{"price":1,}',
  '{"symbol":"ACME","timestamp":1}',
  '{"price":"x","timestamp":1}',
  '{"price":1}',
];

/**
 * A pipeline over all window kinds and aggregates, with records out of order, late and bad ones, whose results stand between
 * others of aborted transactions: of the same identities, with higher revisions. Only who reads the topic as committed,
 * and only the newest revisions, gets what is right.
 *
 * @param o.env further settings; silence is off unless asked for, so that the topics come to rest
 */
export async function startMixedRun(o: {
  brokers: string;
  name: string;
  env?: Record<string, string>;
}): Promise<MixedRun> {
  const pipeline = await makePipeline({
    brokers: o.brokers,
    name: o.name,
    env: {
      PARTITIONS: String(MIXED_PARTITIONS),
      WINDOWS: 'sliding:2s,tumbling:1s,hopping:4s/2s,session:500ms',
      GRACE: '1s',
      IDLE_TIMEOUT: 'off',
      ...o.env,
    },
  });
  const aggregator = await pipeline.start('aggregator');
  const random = seededRandom(7);
  const sent = { good: 0, bad: 0 };
  let index = 0;
  for (const count of PARTS) {
    if (index > 0) await abortResults(o.brokers, pipeline.outputTopic);
    const messages = Array.from({ length: count }, () => message(index++, random));
    for (const { isGood } of messages) sent[isGood ? 'good' : 'bad']++;
    await send(o.brokers, pipeline.inputTopic, messages);
    await pipeline.untilCommitted(60_000);
  }
  return { pipeline, sent, aggregator };
}

interface Message {
  key: string;
  value: string;
  headers: Record<string, string>;
  isGood: boolean;
}

function message(index: number, random: () => number): Message {
  const key = SYMBOLS[Math.floor(random() * SYMBOLS.length)]!;
  const headers = { traceparent: `00-${index}` };
  if (index % 40 === 7) {
    return { key, headers, value: BAD[Math.floor(index / 40) % BAD.length]!, isGood: false };
  }
  const inOrderMs = FIRST_MS + index * 40;
  const isLate = index > 100 && random() < 0.04;
  const disorderMs = random() < 0.3 ? Math.floor(random() * 900) : 0;
  const timestamp = isLate ? inOrderMs - 5_000 : inOrderMs - disorderMs;
  const price = Math.round((90 + random() * 20) * 1e6) / 1e6;
  return { key, headers, value: JSON.stringify({ symbol: key, price, timestamp }), isGood: true };
}

async function send(brokers: string, topic: string, messages: Message[]): Promise<void> {
  const producer = new kafkajs.Kafka({ brokers: brokers.split(','), logLevel: 0 }).producer();
  await producer.connect();
  await producer.send({ topic, acks: -1, messages });
  await producer.disconnect();
}

/** Writes a copy of the last results of each partition, each with a revision of 1,000 more, and aborts. */
async function abortResults(brokers: string, topic: string): Promise<void> {
  const partitions = await topicRecords(brokers, topic);
  const messages = partitions.flatMap((records, partition) =>
    records.slice(-20).map(({ key, value }) => {
      const result = JSON.parse(Buffer.from(value!).toString());
      const aborted = { ...result, average: -1, revision: result.revision + 1_000 };
      return { partition, key: Buffer.from(key!), value: JSON.stringify(aborted) };
    }),
  );
  const producer = new kafkajs.Kafka({ brokers: brokers.split(','), logLevel: 0 }).producer({
    transactionalId: `${topic}-aborted`,
    idempotent: true,
    maxInFlightRequests: 1,
  });
  await producer.connect();
  const transaction = await producer.transaction();
  await transaction.send({ topic, acks: -1, messages });
  await transaction.abort();
  await producer.disconnect();
}
