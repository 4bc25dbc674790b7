// A process of its own, so that its memory can be told: `node engine-memory-run.ts <plan as JSON>` prints a report as JSON.
import { createHash } from 'node:crypto';
import { BatchBuilder, type Chunk, type OutgoingRecord, RecordCursor } from '@meanwhile/kafka';
import type { Outbox } from '@meanwhile/stream';
import { priceFactory } from '../../libs/averages/src/price-factory.ts';
import { aggregatorSchema, resultSettings } from '../../services/aggregator/src/settings.ts';

export interface MemoryPlan {
  maxKeys: number;
  /** Keys of which each has a price in every round; a generation has keys of its own. */
  generations: number;
  keys: number;
  rounds: number;
  roundMs: number;
  /** Keys that come once, spread evenly over the rounds of a generation. */
  floodKeys: number;
}

export interface MemoryReport {
  /** Resident memory of the process after each generation. */
  rssBytes: number[];
  /** Keys held after each generation. */
  keys: number[];
  summary: { read: number; averaged: number; dead_lettered: number; results: number };
  /** Of the keyed results of all generations, their input offsets left out. */
  digest: string;
}

/** A whole minute: nothing of what begins here closes before the next. */
const START_MS = 1_700_000_040_000;
const GENERATION_MS = 600_000;
const RECORDS_PER_BATCH = 1_000;
const INPUT_OFFSET = Buffer.from(',"input_offset":');

/** Forgets what it is given, but for a digest of the results of keys that begin with K. */
class DigestOutbox implements Outbox {
  readonly isFull = false;
  readonly hash = createHash('sha256');

  append(output: number, { key, keyStart, value, valueStart, valueEnd }: OutgoingRecord): void {
    if (output !== 0 || key![keyStart] !== 0x4b) return;
    const bytes = Buffer.from(value!.buffer, value!.byteOffset + valueStart, valueEnd - valueStart);
    this.hash.update(bytes.subarray(0, bytes.lastIndexOf(INPUT_OFFSET)));
  }
}

function run(plan: MemoryPlan): MemoryReport {
  const settings = aggregatorSchema.parse({ MAX_KEYS: String(plan.maxKeys) });
  const factory = priceFactory(resultSettings(settings), {
    topic: 'prices',
    onSilenceContradicted() {},
    onNoAppendTime() {},
  });
  const processor = factory.create(factory.settings, 0);
  const outbox = new DigestOutbox();
  const feed = makeFeed((chunk) => {
    const cursor = new RecordCursor();
    cursor.load(chunk);
    while (!cursor.isExhausted) processor.process(cursor, outbox);
  });
  const rssBytes: number[] = [];
  const keys: number[] = [];
  for (let generation = 0; generation < plan.generations; generation++) {
    let flooded = 0;
    for (let round = 0; round < plan.rounds; round++) {
      for (let key = 0; key < plan.keys; key++) {
        const place = round * plan.keys + key + 1;
        const timeMs = START_MS + generation * GENERATION_MS + Math.floor((place * plan.roundMs) / plan.keys);
        feed.add(`K${generation}-${key}`, timeMs, place);
        // The first round is the honest keys' own: they are there before.
        const due =
          round === 0 ? 0 : (plan.floodKeys * (place - plan.keys)) / ((plan.rounds - 1) * plan.keys);
        while (flooded < due) feed.add(`F${generation}-${flooded++}`, timeMs, 1);
      }
    }
    feed.flush();
    rssBytes.push(process.memoryUsage.rss());
    keys.push(processor.keyCount);
  }
  const { totals } = processor.takeSummary() as { totals: MemoryReport['summary'] };
  return { rssBytes, keys, summary: totals, digest: outbox.hash.digest('hex') };
}

function makeFeed(onChunk: (chunk: Chunk) => void) {
  const builder = new BatchBuilder();
  let offset = 0;

  function flush(): void {
    if (builder.count === 0) return;
    const identity = { producerId: -1n, producerEpoch: -1, baseSequence: -1, isTransactional: false };
    const { count } = builder;
    const bytes = Buffer.from(builder.seal(identity));
    bytes.writeBigInt64BE(BigInt(offset));
    const end = offset + count;
    const place = { topic: 'prices', partition: 0, fetchOffset: offset, highWatermark: end };
    onChunk({ ...place, bytes, aborted: [], lastStableOffset: end, sentAtMs: 0 });
    offset = end;
    builder.reset();
  }

  function add(name: string, timeMs: number, place: number): void {
    const key = Buffer.from(name);
    const price = 100 + (place % 1_000) / 100;
    const value = Buffer.from(`{"symbol":"${name}","price":${price},"timestamp":${timeMs}}`);
    const bounds = { keyStart: 0, keyEnd: key.length, valueStart: 0, valueEnd: value.length };
    builder.append({ key, value, ...bounds, timestampMs: timeMs });
    if (builder.count === RECORDS_PER_BATCH) flush();
  }

  return { add, flush };
}

process.stdout.write(JSON.stringify(run(JSON.parse(process.argv[2]!))));
