import { type Cluster, connectCluster, crc32c, RecordCursor, StopError } from '@meanwhile/kafka';
import kafkajs from 'kafkajs';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { freshTopic } from '../support/broker.ts';
import { seededRandom } from '../support/data-random.ts';
import { runJavaTool, whyNoJavaTools } from '../support/java-tools.ts';
import { silent } from '../support/pipeline.ts';
import { batchFields, readLog } from '../support/read-log.ts';

const brokers = inject('brokers');
const codecs = { gzip: 1, snappy: 2, lz4: 3, zstd: 4 };
const names = Object.keys(codecs) as (keyof typeof codecs)[];

let cluster: Cluster;
beforeAll(async () => {
  cluster = await connectCluster({ brokers: brokers.split(','), clientId: 'test' }, { logger: silent });
});
afterAll(() => cluster.close());

describe.each(names)('%s', (name) => {
  test("of Kafka's console producer is read byte for byte", async (ctx) => {
    const reason = await whyNoJavaTools();
    if (reason !== undefined) ctx.skip(reason);
    const topic = await freshTopic(brokers, name);
    const lines = textLines();
    await runJavaTool({
      main: 'org.apache.kafka.tools.ConsoleProducer',
      args: [
        ...`--bootstrap-server ${brokers} --topic ${topic} --compression-codec ${name}`.split(' '),
        // Large batches, so that they have several blocks; all lines of a batch leave together.
        ...'--batch-size 400000 --command-property linger.ms=200'.split(' '),
      ],
      input: `${lines.join('\n')}\n`,
    });
    const { records, batches } = await readLog(cluster, topic);
    expect(records.map(({ value }) => Buffer.from(value!).toString())).toEqual(lines);
    expect(codecsOf(batches)).toEqual([codecs[name]]);
    expect(batches.length).toBeLessThan(lines.length / 10);
  });

  test('of the broker itself is read byte for byte, records of any size and content', async () => {
    const topic = await freshTopic(brokers, name, 1, { 'compression.type': name });
    const sent = await sendRandom(topic, 20261124);
    const { records, batches } = await readLog(cluster, topic);
    expect(records.map(({ offset }) => offset)).toEqual(sent.map((_, offset) => offset));
    for (const [offset, { key, value, headers }] of sent.entries()) {
      const record = records[offset]!;
      expect([sizeOf(record.key), sizeOf(record.value)]).toEqual([sizeOf(key), sizeOf(value)]);
      if (key !== null) expect(key.equals(record.key!)).toBe(true);
      if (value !== null) expect(value.equals(record.value!)).toBe(true);
      expect(record.headers.map(({ key: k, value: v }) => [k, Buffer.from(v!)])).toEqual(
        Object.entries(headers),
      );
    }
    expect(codecsOf(batches)).toEqual([codecs[name]]);
  });

  test('cut or changed inside a right checksum stops with its place, and what is before it is read', async () => {
    const topic = await freshTopic(brokers, name, 1, { 'compression.type': name });
    await send(topic, [{ key: null, value: Buffer.from('before'), headers: {} }]);
    const lines = Array.from({ length: 300 }, (_, i) => `line ${i * i}`);
    await send(
      topic,
      lines.map((line) => ({ key: null, value: Buffer.from(line), headers: {} })),
    );
    const { batches } = await readLog(cluster, topic);
    const [first, second] = batches;
    const packedBytes = second!.length - batchFields.records;
    expect(read(topic, [first!, second!])).toBe(301);

    let refused = 0;
    for (let cut = 1; cut < packedBytes; cut += 1 + Math.floor(packedBytes / 40)) {
      const bytes = second!.subarray(0, -cut);
      expectRefusal(topic, first!, sealed(bytes));
    }
    const random = seededRandom(7);
    for (let round = 0; round < 300; round++) {
      const bytes = Buffer.from(second!);
      bytes[batchFields.records + Math.floor(random() * packedBytes)]! ^= 1 << Math.floor(random() * 8);
      // A changed literal can stay unseen: it is what the right checksum says was written.
      if (isReadable(topic, [first!, sealed(bytes)])) continue;
      expectRefusal(topic, first!, sealed(bytes));
      refused++;
    }
    expect(refused).toBeGreaterThan(30);
  });
});

test('a batch that a broker took but that unpacks to more than the limit is refused with its place', async () => {
  const topic = await freshTopic(brokers, 'bomb');
  const bomb = { key: null, value: Buffer.alloc(65 * 1024 * 1024), headers: {} };
  await send(topic, [{ key: null, value: Buffer.from('before'), headers: {} }]);
  await send(topic, [bomb], kafkajs.CompressionTypes.GZIP);
  const error = await readLog(cluster, topic).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(StopError);
  expect(error).toMatchObject({ exitCode: 3, remedy: expect.stringContaining('find the producer') });
  expect(String(error)).toContain(`cannot unpack the batch of ${topic}-0 at offset 1, gzip`);
  expect(String(error)).toContain('wanted at most 67108864 bytes');
});

interface Message {
  key: Buffer | null;
  value: Buffer | null;
  headers: Record<string, Buffer>;
}

/** No, one, many and very many characters, of any number of bytes; packable and hardly packable. */
function textLines(): string[] {
  const random = seededRandom(4);
  const hardly = (length: number) =>
    Array.from({ length }, () => String.fromCharCode(33 + Math.floor(random() * 90))).join('');
  return [
    '',
    'x',
    'Zürich 東京 🦀 \u0000 \u001f',
    ...Array.from({ length: 2000 }, (_, i) => `{"symbol":"S${i % 7}","price":${i / 8},"timestamp":${i}}`),
    'long '.repeat(60_000),
    hardly(70_000),
    ...Array.from({ length: 50 }, (_, i) => hardly(i * 100)),
    'last',
  ];
}

/** One batch for each `send`: sizes around a block of lz4 (64 KiB) and of snappy (32 KiB), content from all equal to random. */
async function sendRandom(topic: string, seed: number): Promise<Message[]> {
  const random = seededRandom(seed);
  const integer = (below: number) => Math.floor(random() * below);
  const bytes = (size: number, letters: number) =>
    Buffer.from(Uint8Array.from({ length: size }, () => integer(letters)));
  const sizes = [0, 1, 100, 32_700, 32_768, 65_400, 65_536, 200_000, 700_000];
  const all: Message[] = [];
  for (const letters of [1, 4, 256]) {
    for (const size of sizes) {
      const batch = Array.from({ length: size < 1000 ? 1 + integer(200) : 1 }, () => ({
        key: random() < 0.3 ? null : bytes(integer(20), 256),
        value: random() < 0.05 ? null : bytes(size < 1000 ? integer(size + 1) : size, letters),
        headers: random() < 0.2 ? { 'naïve ☃': bytes(integer(9), 256), empty: Buffer.alloc(0) } : {},
      }));
      await send(topic, batch);
      all.push(...batch);
    }
  }
  return all;
}

let producer: kafkajs.Producer | undefined;
afterAll(() => producer?.disconnect());

async function send(topic: string, messages: Message[], compression = kafkajs.CompressionTypes.None) {
  if (producer === undefined) {
    producer = new kafkajs.Kafka({ brokers: brokers.split(','), logLevel: 0 }).producer();
    await producer.connect();
  }
  const topicMessages = messages.map((message) => ({ ...message, partition: 0 }));
  await producer.send({ topic, acks: -1, compression, messages: topicMessages });
}

function codecsOf(batches: readonly Buffer[]): number[] {
  return [...new Set(batches.map((batch) => batch.readInt16BE(batchFields.attributes) & 7))];
}

/** With length and checksum of what it holds now, as if it had been written so. */
function sealed(batch: Buffer): Buffer {
  const bytes = Buffer.from(batch);
  bytes.writeInt32BE(bytes.length - batchFields.lengthOverhead, batchFields.length);
  bytes.writeUInt32BE(crc32c(bytes, batchFields.attributes), batchFields.crc);
  return bytes;
}

/** @returns how many records there are */
function read(topic: string, batches: readonly Buffer[]): number {
  const cursor = new RecordCursor();
  cursor.load({
    topic,
    partition: 0,
    bytes: Buffer.concat(batches),
    fetchOffset: 0,
    aborted: [],
    highWatermark: -1,
    lastStableOffset: -1,
    sentAtMs: 0,
  });
  let count = 0;
  try {
    while (cursor.next()) count++;
  } catch (error) {
    throw Object.assign(error as Error, { count });
  }
  return count;
}

function isReadable(topic: string, batches: readonly Buffer[]): boolean {
  try {
    read(topic, batches);
    return true;
  } catch {
    return false;
  }
}

function expectRefusal(topic: string, before: Buffer, damaged: Buffer): void {
  let caught: unknown;
  try {
    read(topic, [before, damaged]);
  } catch (error) {
    caught = error;
  }
  expect(caught).toBeInstanceOf(StopError);
  expect(String(caught)).toContain(`the batch of ${topic}-0 at offset 1`);
  expect((caught as { count: number }).count).toBeGreaterThanOrEqual(1);
}

function sizeOf(bytes: Uint8Array | null): number {
  return bytes === null ? -1 : bytes.length;
}
