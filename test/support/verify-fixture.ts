import { BatchBuilder, crc32c } from '@meanwhile/kafka';
import { SimCluster, type SimPartition, World } from '@meanwhile/kafka/testing';
import { topicNames } from '@meanwhile/records';
import { priceFactory, type ResultSettings, SEMANTICS_VERSION } from '../../libs/averages/src/index.ts';
import { writeSnapshotChunks } from '../../libs/stream/src/snapshot.ts';
import { fixtureSettings, flawlessPartition } from './checker-fixture.ts';
import type { LogRecord, PartitionLogs } from './checker-types.ts';
import { seededRandom } from './data-random.ts';
import type { RawRecord } from './engine-bytes.ts';
import { ListOutbox } from './engine-outbox.ts';
import { feed } from './engine-task.ts';

export const INPUT = 'prices';
export const OUTPUT = 'averages';

/** A run's logs, and what its snapshot after entry SNAPSHOT_AFTER would hold. */
export interface FlawlessRun extends PartitionLogs {
  snapshot: { state: Uint8Array; offset: number; results: number; late: number; deadLetters: number };
}

/** The sequence of a journal entry in the middle. */
export const SNAPSHOT_AFTER = 5;

/** Records of one stretch: the fixture of the checker has as many. */
const STRETCH = 40;

export const settings: ResultSettings = {
  ...(fixtureSettings as never as ResultSettings),
  idleSkewMs: 1_000,
};

/**
 * The checker's flawless run, as the product's own function writes it: disorder, late records, bad records, too many keys, a silence
 * at the end. Each input record is a transaction of its own, so that every other offset is a marker.
 */
export function flawlessRun(): FlawlessRun {
  const { input } = flawlessPartition(0, INPUT);
  const silent = { topic: INPUT, onSilenceContradicted() {}, onNoAppendTime() {} };
  const factory = priceFactory(settings, silent);
  const processor = factory.create(factory.settings, 0);
  const outbox = new ListOutbox();
  const journal: LogRecord[] = [];
  const write = (entry: object, timestampMs: number) =>
    journal.push(record(journal.length, timestampMs, String((entry as { type: string }).type), entry));
  write(
    {
      type: 'settings',
      semantics_version: SEMANTICS_VERSION,
      input_topic: INPUT,
      input_topic_id: 'topic-1',
      partitions: 1,
      group: 'fixture',
      start_offset: 0,
      settings: factory.settings,
      instance: 'fixture',
    },
    input[0]!.timestampMs!,
  );
  let next = 0;
  let snapshot: FlawlessRun['snapshot'] | undefined;
  const commit = (to: number, timestampMs: number) => {
    const entry = { type: 'commit', sequence: journal.length, from_offset: next, next_offset: to };
    write({ ...entry, ...processor.takeSummary(), instance: 'fixture' }, timestampMs);
    next = to;
  };
  const partition = { partition: 0, isLogAppendTime: true, records: withMarkers(input) };
  for (let from = 0; from < input.length; from += STRETCH) {
    const to = 2 * (from + STRETCH);
    for (let at = 2 * from; at < to; at += 2) feed(processor, partition, at, at + 1, outbox, seededRandom(1));
    commit(to, input[from + STRETCH - 1]!.timestampMs!);
    if (journal.length !== SNAPSHOT_AFTER + 1) continue;
    const [results, late, deadLetters] = outbox.outputs.map(({ length }) => length) as [
      number,
      number,
      number,
    ];
    snapshot = { state: processor.snapshot(), offset: to, results, late, deadLetters };
  }
  const silentMs = input.at(-1)!.timestampMs! + 600_000;
  processor.silence(silentMs, outbox);
  commit(next, silentMs);
  const [averages, late, deadLetters] = outbox.outputs;
  return { partition: 0, input, averages, late, deadLetters, journal, snapshot: snapshot! };
}

/** The journal with the snapshot in its place, in two chunks, of which the second came an entry later. */
export function journalWithSnapshot({ journal, snapshot }: FlawlessRun): LogRecord[] {
  const opening = JSON.parse(new TextDecoder().decode(journal[0]!.value!));
  const { state, offset } = snapshot;
  const header = { sequence: SNAPSHOT_AFTER, offset, settings: opening, watermark: null };
  const chunks = writeSnapshotChunks(state, header, Math.ceil(state.length / 2)).map((value) => ({
    ...journal[SNAPSHOT_AFTER]!,
    value,
  }));
  const at = SNAPSHOT_AFTER + 1;
  return [
    ...journal.slice(0, at),
    journal[0]!,
    chunks[0]!,
    journal[at]!,
    chunks[1]!,
    ...journal.slice(at + 1),
  ];
}

/** Where the settings before the snapshot stand in it: all before may be trimmed. */
export const TRIM_BEFORE = SNAPSHOT_AFTER + 1;

/** Puts logs into the topics of a simulated cluster. */
export function clusterOf(logs: PartitionLogs): SimCluster {
  const cluster = new SimCluster(new World(1));
  cluster.createTopic(INPUT, 1);
  for (const name of Object.values(topicNames(OUTPUT))) cluster.createTopic(name, 1);
  logs.input.forEach((each, i) => {
    const log = cluster.partition(INPUT, 0);
    append(log, each, i + 1);
    log.endTransaction(i + 1, 0, 'commit');
  });
  appendOutputs(cluster, logs);
  return cluster;
}

/** More of each output. */
export function appendOutputs(cluster: SimCluster, logs: Omit<PartitionLogs, 'input' | 'partition'>): void {
  const names = topicNames(OUTPUT);
  const outputs: [string, LogRecord[]][] = [
    [names.averages, logs.averages],
    [names.late, logs.late],
    [names.deadLetters, logs.deadLetters],
    [names.journal, logs.journal],
  ];
  for (const [name, records] of outputs) for (const each of records) append(cluster.partition(name, 0), each);
}

const builder = new BatchBuilder(4_096);

/** One batch with the record's own append time, of a transaction if it has a producer. */
function append(log: SimPartition, { key, value, headers, timestampMs }: LogRecord, producerId = -1): void {
  builder.reset();
  const bounds = { keyStart: 0, keyEnd: key?.length ?? 0, valueStart: 0, valueEnd: value?.length ?? 0 };
  const ours = headers.map((header) => ({ key: header.key, value: header.value ?? new Uint8Array() }));
  builder.append({ key, value, ...bounds, timestampMs: timestampMs ?? -1, headers: ours });
  const isTransactional = producerId >= 0;
  const [producerEpoch, baseSequence] = isTransactional ? [0, 0] : [-1, -1];
  const bytes = Buffer.from(
    builder.seal({ producerId: BigInt(producerId), producerEpoch, baseSequence, isTransactional }),
  );
  bytes.writeInt16BE(bytes.readInt16BE(21) | 0x08, 21); // LogAppendTime
  bytes.writeUInt32BE(crc32c(bytes, 21), 17);
  log.append(bytes);
}

/** By offset, as the engine's feeder wants them; a marker's place is never read. */
function withMarkers(input: LogRecord[]): RawRecord[] {
  return input.flatMap(({ key, value, headers, timestampMs }) => {
    const ours = headers.map((header) => ({ key: header.key, value: header.value ?? new Uint8Array() }));
    const raw = { key, value, headers: ours, timestampMs: timestampMs! };
    return [raw, raw];
  });
}

function record(offset: number, timestampMs: number, key: string, json: object): LogRecord {
  const encode = (text: string) => new TextEncoder().encode(text);
  return {
    offset,
    timestampMs,
    isLogAppendTime: true,
    key: encode(key),
    value: encode(JSON.stringify(json)),
    headers: [],
  };
}
