import { connectCluster, openIdempotentWriter } from '@meanwhile/kafka';
import { partitionFor } from '@meanwhile/records';
import kafkajs from 'kafkajs';
import { silent } from '../support/pipeline.ts';
import { type LoadRecord, type LoadShape, loadRecords } from './load-records.ts';

export interface Load {
  /** Records handed over so far. */
  readonly sent: number;
  /** Ends it and waits until everything is acknowledged. @returns how many records were */
  stop(): Promise<number>;
  /** Ends it without waiting for anybody: the broker may be gone. Nothing after `stop`. */
  abandon(): Promise<void>;
}

const TICK_MS = 10;

/**
 * An open loop of prices at a steady rate: the event times follow the schedule, whatever the brokers do. Written by the library's
 * idempotent writer, which takes no nulls: those go by the stock client, of which nobody expects that each comes once.
 */
export async function startLoad(o: {
  brokers: string;
  topic: string;
  perSecond: number;
  shape: LoadShape;
}): Promise<Load> {
  const { topic, perSecond, shape } = o;
  const brokers = o.brokers.split(',');
  const cluster = await connectCluster({ brokers, clientId: 'chaos-load' }, { logger: silent });
  const writer = await openIdempotentWriter(cluster, { topic, partitionFor, logger: silent });
  const nulls = await startNulls(brokers, topic, shape.partitions);
  const next = loadRecords(shape);
  const startMs = Date.now();
  let sent = 0;
  let room: Promise<void> | undefined;
  let failure: Error | undefined;
  let isOver = false;

  const timer = setInterval(() => {
    if (room !== undefined || failure !== undefined || isOver) return;
    const due = Math.floor(((Date.now() - startMs) * perSecond) / 1_000);
    while (sent < due && room === undefined) send();
  }, TICK_MS);

  function send(): void {
    const timeMs = startMs + Math.floor((sent * 1_000) / perSecond);
    const record = next(timeMs);
    sent++;
    if (record.key === null || record.value === null) nulls.add(record);
    else append(record.key, record.value, timeMs);
  }

  function append(key: Uint8Array, value: Uint8Array, timeMs: number): void {
    room = writer.append(key, value, timeMs);
    room?.then(
      () => (room = undefined),
      (error: Error) => (failure = error),
    );
  }

  return {
    get sent() {
      return sent;
    },
    async stop() {
      clearInterval(timer);
      try {
        if (failure !== undefined) throw failure;
        await writer.close();
        await nulls.stop();
        return writer.acknowledged;
      } finally {
        await abandon();
      }
    },
    abandon,
  };

  async function abandon(): Promise<void> {
    clearInterval(timer);
    if (isOver) return;
    isOver = true;
    void nulls.stop().catch(() => {});
    await cluster.close();
  }
}

/** Sends what has come together once a second, as long as the brokers let it. */
async function startNulls(brokers: string[], topic: string, partitions: number) {
  const producer = new kafkajs.Kafka({ brokers, clientId: 'chaos-nulls', logLevel: 0 }).producer();
  await producer.connect();
  let waiting: LoadRecord[] = [];
  let count = 0;
  let sending = Promise.resolve();
  let isSending = false;

  const timer = setInterval(() => {
    if (isSending || waiting.length === 0) return;
    const messages = waiting.map(({ key, value }) => ({
      key: asBuffer(key),
      value: asBuffer(value),
      partition: key === null ? count++ % partitions : partitionFor(key, partitions),
    }));
    waiting = [];
    isSending = true;
    sending = producer
      .send({ topic, acks: -1, messages })
      .then(
        () => {},
        () => {}, // lost or there: the check reads what is in the topic
      )
      .finally(() => (isSending = false));
  }, 1_000);

  return {
    add: (record: LoadRecord) => void waiting.push(record),
    async stop() {
      clearInterval(timer);
      await sending;
      await producer.disconnect();
    },
  };
}

function asBuffer(bytes: Uint8Array | null): Buffer | null {
  return bytes === null ? null : Buffer.from(bytes);
}
