import {
  BatchBuilder,
  type Cluster,
  listOffset,
  type ProducePart,
  RecordCursor,
  readRange,
  startReader,
} from '@meanwhile/kafka';
import { silent } from './pipeline.ts';

/** A batch of records without keys, one for each text. */
export function textPart(topic: string, partition: number, ...values: string[]): ProducePart {
  const batch = new BatchBuilder(100_000);
  for (const text of values) {
    const value = Buffer.from(text);
    const bounds = { keyStart: 0, keyEnd: 0, valueStart: 0, valueEnd: value.length };
    batch.append({ key: null, value, ...bounds, timestampMs: Date.now() });
  }
  return { topic, partition, batch };
}

/** Committed values of a partition, by a reader that is fenced off from what is still open. */
export async function committedTexts(cluster: Cluster, topic: string, partition: number): Promise<string[]> {
  const reader = startReader(cluster, { logger: silent });
  const range = {
    topic,
    partition,
    fromOffset: await listOffset(cluster, topic, partition, 'earliest'),
    toOffset: await listOffset(cluster, topic, partition, 'stable'),
  };
  const values: string[] = [];
  const cursor = new RecordCursor();
  for await (const chunk of readRange(reader, range)) {
    cursor.load(chunk);
    while (cursor.next()) {
      values.push(Buffer.from(cursor.bytes.subarray(cursor.valueStart, cursor.valueEnd)).toString());
    }
  }
  await reader.close();
  return values;
}
