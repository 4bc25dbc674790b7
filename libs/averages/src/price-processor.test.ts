import { BatchBuilder, type Chunk, crc32c, type OutgoingRecord, RecordCursor } from '@meanwhile/kafka';
import type { Outbox } from '@meanwhile/stream';
import { parseWindows } from '@meanwhile/windowing';
import { expect, test } from 'vitest';
import { priceFactory } from './price-factory.ts';
import type { PriceProcessor } from './price-processor.ts';
import type { ResultSettings } from './result-settings.ts';

const T = 1_700_000_000_000;

const settings: ResultSettings = {
  windows: parseWindows('sliding:10s,tumbling:5s,session:3s').map((window) => ({
    ...window,
    emit: window.kind === 'sliding' ? 'updates' : window.kind === 'session' ? 'final' : 'both',
  })),
  graceMs: 2_000,
  idleTimeoutMs: 5_000,
  idleSkewMs: 1_000,
  maxAheadMs: 5_000,
  updateIntervalMs: 1_000,
  maxKeys: 3,
  aggregates: ['average', 'total', 'stddev'],
  valueField: 'price',
  timeField: 'timestamp',
  timeUnit: 'ms',
};

const noticed = { contradicted: 0, noAppendTime: 0 };
const source = {
  topic: 'prices',
  onSilenceContradicted: () => void noticed.contradicted++,
  onNoAppendTime: () => void noticed.noAppendTime++,
};

/** Prices of four keys, some out of order, some late, some bad; the fourth key is one too many. */
const input = Array.from({ length: 400 }, (_, i) => {
  const timeMs = T + i * 100 - (i % 7 === 0 ? 4_500 : 0) - (i % 31 === 0 ? 20_000 : 0);
  const key = i % 13 === 12 ? 'D' : 'ABC'[i % 3]!;
  return {
    key,
    value: i % 17 === 16 ? 'not json' : JSON.stringify({ price: 100 + (i % 11), timestamp: timeMs }),
  };
});

/** Keeps what it is given; full after every `capacity` records, until it is emptied. */
class ListOutbox implements Outbox {
  readonly records: string[] = [];
  readonly #capacity: number;
  #held = 0;

  constructor(capacity = Number.POSITIVE_INFINITY) {
    this.#capacity = capacity;
  }

  append(output: number, { key, keyStart, keyEnd, value, valueStart, valueEnd }: OutgoingRecord): void {
    this.#held++;
    const text = (bytes: Uint8Array | null, start: number, end: number) =>
      bytes === null ? 'null' : Buffer.from(bytes.subarray(start, end)).toString();
    this.records.push(`${output} ${text(key, keyStart, keyEnd)} ${text(value, valueStart, valueEnd)}`);
  }
  get isFull(): boolean {
    return this.#held >= this.#capacity;
  }
  empty(): void {
    this.#held = 0;
  }
}

test('an outbox that is full between any two results changes nothing', () => {
  const whole = new ListOutbox();
  const processor = create();
  run(processor, 0, input.length, whole);
  const summary = processor.takeSummary();
  expect(summary).toMatchObject({ read: 400 });
  for (const count of ['averaged', 'partly_late', 'late', 'dead_lettered'])
    expect(summary[count], count).toBeGreaterThan(0);

  for (const capacity of [1, 2, 7]) {
    const outbox = new ListOutbox(capacity);
    const cut = create();
    run(cut, 0, input.length, outbox);
    expect(outbox.records).toEqual(whole.records);
    expect(cut.takeSummary()).toEqual(summary);
  }
});

test('a processor restored at any record goes on as the one that was not', () => {
  const whole = new ListOutbox();
  const processor = create();
  run(processor, 0, input.length, whole);
  const totals = processor.takeSummary()['totals'];
  for (let at = 0; at <= input.length; at += 23) {
    const outbox = new ListOutbox();
    const first = create();
    run(first, 0, at, outbox);
    first.takeSummary();
    const factory = priceFactory(settings, source);
    const second = factory.restore(factory.settings, 0, first.snapshot());
    run(second, at, input.length, outbox);
    expect(outbox.records).toEqual(whole.records);
    expect(second.takeSummary()['totals']).toEqual(totals);
  }
});

test('a definition that is added starts with the next record, one that is removed goes without finals', () => {
  const outbox = new ListOutbox();
  const first = create();
  run(first, 0, 200, outbox);
  first.takeSummary();
  const kept = settings.windows.filter(({ kind }) => kind === 'sliding');
  const added = { ...parseWindows('tumbling:7s')[0]!, emit: 'both' as const };
  const changed = priceFactory({ ...settings, windows: [...kept, added] }, source);
  const second = changed.convert(first, changed.settings, 0);
  const after = new ListOutbox();
  run(second, 200, input.length, after);
  const windows = new Set(
    after.records
      .filter((record) => record.startsWith('0 '))
      .map((record) => /"window":"([^"]+)"/.exec(record)![1]),
  );
  expect([...windows].sort()).toEqual(['sliding-10s', 'tumbling-7s']);
  const offsets = after.records
    .filter((record) => record.includes('tumbling-7s'))
    .map((record) => Number(/"input_offset":(\d+)/.exec(record)![1]));
  expect(Math.min(...offsets)).toBeGreaterThanOrEqual(200);
  // The sliding windows carry on with the records from before the change.
  const whole = new ListOutbox();
  run(create(), 0, input.length, whole);
  const sliding = (records: string[]) =>
    records.filter((record) => record.includes('"sliding-10s"') && record.startsWith('0 '));
  expect([...sliding(outbox.records), ...sliding(after.records)]).toEqual(sliding(whole.records));
});

test('live silence closes windows, and replaying its watermark gives the same', () => {
  const [live, replayed] = [create(), create()];
  const [liveOutbox, replayedOutbox] = [new ListOutbox(1), new ListOutbox()];
  for (const [processor, outbox] of [
    [live, liveOutbox],
    [replayed, replayedOutbox],
  ] as const)
    run(processor, 0, 50, outbox, true);
  while (!live.silence(T + 60_000, liveOutbox)) liveOutbox.empty();
  expect(live.watermarkMs).toBeGreaterThan(T + 5_000);
  replayed.advance(live.watermarkMs, replayedOutbox);
  expect(replayedOutbox.records).toEqual(liveOutbox.records);
  expect(replayed.takeSummary()).toEqual(live.takeSummary());
  expect(liveOutbox.records.at(-1)).toContain('"is_final":true');
  // A record that turns up with an earlier append time all the same is counted.
  const before = noticed.contradicted;
  run(live, 50, 51, new ListOutbox(), true);
  expect(noticed.contradicted).toBe(before + 1);
});

function create(): PriceProcessor {
  const factory = priceFactory(settings, source);
  return factory.create(factory.settings, 0);
}

/** Feeds `input[from, to)`, emptying the outbox whenever it is full. */
function run(
  processor: PriceProcessor,
  from: number,
  to: number,
  outbox: ListOutbox,
  isLogAppendTime = false,
): void {
  if (from === to) return;
  const cursor = new RecordCursor();
  cursor.load(chunkOf(from, to, isLogAppendTime));
  while (!cursor.isExhausted) {
    processor.process(cursor, outbox);
    outbox.empty();
  }
}

function chunkOf(from: number, to: number, isLogAppendTime: boolean): Chunk {
  const builder = new BatchBuilder();
  for (const { key, value } of input.slice(from, to)) {
    const [keyBytes, valueBytes] = [Buffer.from(key), Buffer.from(value)];
    const bounds = { keyStart: 0, keyEnd: keyBytes.length, valueStart: 0, valueEnd: valueBytes.length };
    builder.append({ key: keyBytes, value: valueBytes, ...bounds, timestampMs: T + 60_000 });
  }
  const sealed = builder.seal({
    producerId: -1n,
    producerEpoch: -1,
    baseSequence: -1,
    isTransactional: false,
  });
  const bytes = Buffer.from(sealed);
  bytes.writeBigInt64BE(BigInt(from)); // base offset: not covered by the checksum
  if (isLogAppendTime) asLogAppendTime(bytes, T + 5_000);
  return {
    topic: 'prices',
    partition: 0,
    bytes,
    fetchOffset: from,
    aborted: [],
    highWatermark: to,
    lastStableOffset: to,
    sentAtMs: 0,
  };
}

/** As a broker rewrites a batch in a topic with message.timestamp.type=LogAppendTime. */
function asLogAppendTime(bytes: Buffer, appendTimeMs: number): void {
  bytes.writeInt16BE(bytes.readInt16BE(21) | 0x08, 21);
  bytes.writeBigInt64BE(BigInt(appendTimeMs), 35);
  bytes.writeUInt32BE(crc32c(bytes, 21), 17);
}
