import {
  BatchBuilder,
  type GroupOffset,
  type LogClient,
  type LogWriter,
  type OutgoingRecord,
  type ProducePart,
  type Reader,
  type ReaderOptions,
  RecordCursor,
  readRange,
} from '@meanwhile/kafka';
import { afterAll, beforeAll, beforeEach, test } from 'vitest';
import type { ConformanceTarget } from './log-conformance-target.ts';

/** What each test is given: a client and a fresh topic of two partitions. */
export interface Given {
  client: LogClient;
  topic: string;
}

export type Fixture = ReturnType<typeof startFixture>;

/** Words that the cases are written in. */
export function startFixture(target: ConformanceTarget) {
  let client: LogClient;
  let topic: string;
  const readers: Reader[] = [];
  const given = (name: string, body: (given: Given) => Promise<void>) =>
    test(name, () =>
      target.run(async () => {
        try {
          await body({ client, topic });
        } finally {
          await Promise.all(readers.splice(0).map((reader) => reader.close()));
        }
      }),
    );

  beforeAll(() => target.start());
  afterAll(() => target.stop());
  beforeEach(() =>
    target.run(async () => {
      client = target.client();
      topic = await target.createTopic(2);
    }),
  );

  const open = (from: LogClient = client, id = topic, timeoutMs = 20_000): Promise<LogWriter> =>
    from.openWriter({ transactionalId: id, groupId: `${topic}-group`, timeoutMs });
  const offset = (next: number): GroupOffset => ({ topic, partition: 1, offset: next });
  const groupPosition = () => client.groupOffset(`${topic}-group`, topic, 1);
  const part = (partition: number, ...texts: string[]): ProducePart => ({
    topic,
    partition,
    batch: batchOf(texts),
  });

  function read(options: Omit<ReaderOptions, 'logger'> = {}): Reader {
    const reader = client.startReader(options);
    readers.push(reader);
    return reader;
  }

  /** Values of a partition from an offset to its end. */
  async function values(partition = 0, fromOffset?: number, reader = read()): Promise<string[]> {
    const from = fromOffset ?? (await client.listOffset(topic, partition, 'earliest'));
    const toOffset = await client.listOffset(topic, partition, 'stable');
    const found: string[] = [];
    const cursor = new RecordCursor();
    for await (const chunk of readRange(reader, { topic, partition, fromOffset: from, toOffset })) {
      cursor.load(chunk);
      while (cursor.next()) found.push(textOf(cursor));
    }
    return found;
  }

  async function until(what: string, isTrue: () => boolean | Promise<boolean>): Promise<void> {
    const endMs = target.now() + 60_000;
    while (!(await isTrue())) {
      if (target.now() > endMs) throw new Error(`waiting for ${what}: not within 60 s`);
      await target.sleep(20);
    }
  }

  return { given, open, offset, groupPosition, part, read, values, until, target };
}

export function record(o: { key: string | null; value: string | null; timestampMs: number }): OutgoingRecord {
  const key = o.key === null ? null : Buffer.from(o.key);
  const value = o.value === null ? null : Buffer.from(o.value);
  const ends = { keyEnd: key?.length ?? 0, valueEnd: value?.length ?? 0 };
  return { key, keyStart: 0, value, valueStart: 0, timestampMs: o.timestampMs, ...ends };
}

function batchOf(texts: readonly string[]): BatchBuilder {
  const batch = new BatchBuilder(100_000);
  for (const value of texts) batch.append(record({ key: null, value, timestampMs: 1_700_000_000_000 }));
  return batch;
}

export function keyOf({ bytes, keyStart, keyEnd }: RecordCursor): string | null {
  return keyStart < 0 ? null : Buffer.from(bytes.subarray(keyStart, keyEnd)).toString();
}

export function textOf({ bytes, valueStart, valueEnd }: RecordCursor): string {
  return valueStart < 0 ? 'null' : Buffer.from(bytes.subarray(valueStart, valueEnd)).toString();
}
