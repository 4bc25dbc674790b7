import { connectCluster, listOffset, RecordCursor, readRange, startReader } from '@meanwhile/kafka';
import kafkajs from 'kafkajs';
import { silent } from './pipeline.ts';

export interface PlainRecord {
  offset: number;
  key: Buffer | null;
  value: Buffer | null;
}

/** Sends values to partition 0 with the stock client. */
export async function produce(brokers: string, topic: string, values: string[]): Promise<void> {
  const producer = new kafkajs.Kafka({ brokers: brokers.split(','), logLevel: 0 }).producer();
  await producer.connect();
  await producer.send({ topic, acks: -1, messages: values.map((value) => ({ value, partition: 0 })) });
  await producer.disconnect();
}

/** All committed records of partition 0. */
export async function readTopic(brokers: string, topic: string): Promise<PlainRecord[]> {
  const cluster = await connectCluster({ brokers: brokers.split(','), clientId: 'test' }, { logger: silent });
  const reader = startReader(cluster, { logger: silent });
  try {
    const fromOffset = await listOffset(cluster, topic, 0, 'earliest');
    const toOffset = await listOffset(cluster, topic, 0, 'stable');
    const records: PlainRecord[] = [];
    const cursor = new RecordCursor();
    for await (const chunk of readRange(reader, { topic, partition: 0, fromOffset, toOffset })) {
      cursor.load(chunk);
      while (cursor.next()) {
        const { bytes, offset, keyStart, keyEnd, valueStart, valueEnd } = cursor;
        records.push({ offset, key: cut(bytes, keyStart, keyEnd), value: cut(bytes, valueStart, valueEnd) });
      }
    }
    return records;
  } finally {
    await reader.close();
    await cluster.close();
  }
}

function cut(bytes: Uint8Array, start: number, end: number): Buffer | null {
  return start < 0 ? null : Buffer.from(bytes.slice(start, end));
}
