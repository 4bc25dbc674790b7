import { BatchBuilder, type Cluster, KafkaError } from '@meanwhile/kafka';
import { endTxnRequest } from '../../libs/kafka/src/requests/end-txn.ts';
import type { ProducerIdentity } from '../../libs/kafka/src/requests/init-producer-id.ts';
import { withRetry } from '../../libs/kafka/src/retry.ts';
import { TransactionRequests } from '../../libs/kafka/src/transaction-requests.ts';

export interface RandomLog {
  topic: string;
  partition: number;
  /** Decides everything but the producer ids. */
  seed: number;
  /** Batches and ends of transactions together. */
  steps: number;
  protocol: 'TV1' | 'TV2';
  /** Whether one transaction is left open at the end: nothing behind its first record may be read. */
  isLeftOpen: boolean;
}

export interface WrittenLog {
  /** Records of aborted transactions, and of all. */
  aborted: number;
  records: number;
  /** Ends what was left open. */
  close(): Promise<void>;
}

const PRODUCERS = 6;
const LONGEST_TEST_MS = 600_000;
const MINUTE_MS = 60_000;

/**
 * Fills a partition with small batches of six transactional producers that overlap at random and abort every other transaction, with
 * batches outside of any transaction in between. Some keys look like the key of a control record.
 */
export async function writeRandomLog(cluster: Cluster, o: RandomLog): Promise<WrittenLog> {
  const random = seededRandom(o.seed);
  const names = Array.from({ length: PRODUCERS }, (_, i) => `${o.topic}-${o.partition}-${i}`);
  const producers = await Promise.all(names.map((name) => openProducer(cluster, o, name)));
  let records = 0;
  let aborted = 0;
  // Jumps of some minutes roll segments: a fetch ends there, and each has its own index of aborted transactions.
  let timestampMs = Date.now() - 24 * 60 * MINUTE_MS;
  const batch = () => {
    const made = new BatchBuilder(10_000);
    const count = 1 + Math.floor(random() * 3);
    for (let i = 0; i < count; i++) {
      timestampMs += random() < 0.02 ? 3 * MINUTE_MS : 1;
      appendTo(made, { key: keyOf(random), value: textOf(random, records++), timestampMs });
    }
    return made;
  };
  const end = async (producer: RawProducer) => {
    const verdict = random() < 0.5 ? 'commit' : 'abort';
    if (verdict === 'abort') aborted += producer.open;
    await producer.end(verdict);
  };

  for (let step = 0; step < o.steps; step++) {
    const producer = producers[Math.floor(random() * PRODUCERS)]!;
    const dice = random();
    if (dice < 0.15) await producer.sendPlain(batch());
    else if (dice < 0.4 && producer.open > 0) await end(producer);
    else await producer.send(batch());
  }
  for (const producer of producers) if (producer.open > 0) await end(producer);
  const last = producers[0]!;
  if (o.isLeftOpen) await last.send(batch());
  await last.sendPlain(batch());
  return { records, aborted, close: async () => void (last.open > 0 && (await last.end('abort'))) };
}

interface RawProducer {
  /** Records in the open transaction. */
  readonly open: number;
  /** In the open transaction, or the first of a new one. */
  send(batch: BatchBuilder): Promise<void>;
  /** Outside of transactions, without a producer id. */
  sendPlain(batch: BatchBuilder): Promise<void>;
  end(verdict: 'commit' | 'abort'): Promise<void>;
}

/** The product's writers never abort by EndTxn; this one also commits and aborts in any order. */
async function openProducer(cluster: Cluster, o: RandomLog, transactionalId: string): Promise<RawProducer> {
  const { topic, partition } = o;
  const isTv2 = o.protocol === 'TV2';
  const requests = new TransactionRequests(cluster, { transactionalId, groupId: transactionalId, isTv2 });
  const coordinator = () => cluster.coordinator('transaction', transactionalId);
  let identity: ProducerIdentity = await withRetry(cluster, async () =>
    requests.initProducerId(await coordinator(), LONGEST_TEST_MS),
  );
  let sequence = 0;
  let open = 0;

  async function produce(bytes: Uint8Array): Promise<void> {
    await withRetry(cluster, async () => {
      const leader = await cluster.leaderOf(topic, partition);
      const [outcome] = await requests.produce(leader, [{ topic, partition, bytes }]);
      if ('error' in outcome!) throw outcome.error;
    });
  }

  return {
    get open() {
      return open;
    },
    async send(batch) {
      if (open === 0 && !isTv2) {
        await withRetry(cluster, async () =>
          requests.addPartitions(await coordinator(), identity, [{ topic, partition }]),
        );
      }
      await produce(batch.seal({ ...identity, baseSequence: sequence, isTransactional: true }));
      sequence += batch.count;
      open += batch.count;
    },
    async sendPlain(batch) {
      await produce(
        batch.seal({ producerId: -1n, producerEpoch: -1, baseSequence: -1, isTransactional: false }),
      );
    },
    async end(verdict) {
      const apiVersion = isTv2 ? 5 : 3;
      const request = endTxnRequest({ ...identity, transactionalId, apiVersion, verdict });
      const answer = await withRetry(cluster, async () => {
        const ended = await cluster.call(await coordinator(), request);
        if (ended.errorCode !== 0) throw new KafkaError('EndTxn', ended.errorCode);
        return ended;
      });
      open = 0;
      if (answer.next === undefined) return;
      identity = answer.next;
      sequence = 0;
    },
  };
}

function appendTo(
  batch: BatchBuilder,
  record: { key: Buffer | null; value: Buffer | null; timestampMs: number },
): void {
  batch.append({
    ...record,
    keyStart: 0,
    keyEnd: record.key?.length ?? 0,
    valueStart: 0,
    valueEnd: record.value?.length ?? 0,
  });
}

/** Version 0 and type 0 (abort) or 1 (commit): what a control record's key holds. */
const controlKeys = [Buffer.from([0, 0, 0, 0]), Buffer.from([0, 0, 0, 1])];

function keyOf(random: () => number): Buffer | null {
  const dice = random();
  if (dice < 0.2) return null;
  if (dice < 0.5) return controlKeys[dice < 0.35 ? 0 : 1]!;
  return Buffer.from(`key-${Math.floor(random() * 5)}`);
}

function textOf(random: () => number, number: number): Buffer | null {
  if (random() < 0.1) return null;
  return Buffer.from(`${number}:${'x'.repeat(Math.floor(random() * 150))}`);
}

/** Mulberry32. */
function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
