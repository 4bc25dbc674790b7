import { type DeadLetterReason, partitionFor } from '@meanwhile/records';
import { seededRandom } from '../support/data-random.ts';

export interface LoadRecord {
  key: Uint8Array | null;
  value: Uint8Array | null;
  /** What it was made as; what becomes of it the oracle decides. */
  kind: 'in order' | 'out of order' | 'late' | DeadLetterReason;
}

export interface LoadShape {
  keys: number;
  partitions: number;
  seed: number;
}

const OUT_OF_ORDER_RATIO = 0.1;
const LATE_RATIO = 0.01;
const BAD_RATIO = 0.005;
/** Within the grace of 5 s: such a record still enters its windows. */
const OUT_OF_ORDER_MS_MAX = 2_000;
/** Past the grace; from 15 s on past every sliding window of 10 s too. */
const LATE_MS_MIN = 6_000;
const LATE_MS_MAX = 60_000;

/**
 * An endless stream of prices, good and bad, for the same seed always the same but for the times: `next` is given the event time
 * of a record in order.
 */
export function loadRecords({ keys, partitions, seed }: LoadShape): (timeMs: number) => LoadRecord {
  const random = seededRandom(seed);
  const names = balancedKeys(keys, partitions);
  const reasons = Object.keys(BAD_RECORDS) as DeadLetterReason[];
  let made = 0;
  let bad = 0;

  return (timeMs) => {
    const name = names[Math.floor(random() * names.length)]!;
    const price = 90 + Math.floor(random() * 2_000) / 100;
    const choice = random();
    const backMs = random();
    made++;
    if (choice < BAD_RATIO) {
      const reason = reasons[bad++ % reasons.length]!;
      return { ...BAD_RECORDS[reason]({ name, price, timeMs, number: made }), kind: reason };
    }
    const key = Buffer.from(name);
    if (choice < BAD_RATIO + LATE_RATIO) {
      const lateMs = Math.floor(LATE_MS_MIN + backMs * (LATE_MS_MAX - LATE_MS_MIN));
      return { key, value: priceBytes(name, price, timeMs - lateMs), kind: 'late' };
    }
    if (choice < BAD_RATIO + LATE_RATIO + OUT_OF_ORDER_RATIO) {
      const earlierMs = Math.floor(1 + backMs * OUT_OF_ORDER_MS_MAX);
      return { key, value: priceBytes(name, price, timeMs - earlierMs), kind: 'out of order' };
    }
    return { key, value: priceBytes(name, price, timeMs), kind: 'in order' };
  };
}

/** The most keys that the stream has at a time in one partition, without those of `too_many_keys`. */
export function keysPerPartition({ keys, partitions }: LoadShape): number {
  return Math.ceil(keys / partitions);
}

/** Names that Kafka's hash spreads evenly, so that one limit of keys fits every partition. */
function balancedKeys(keys: number, partitions: number): string[] {
  const room = Array.from({ length: partitions }, () => Math.ceil(keys / partitions));
  const names: string[] = [];
  for (let number = 0; names.length < keys; number++) {
    const name = `K${String(number).padStart(5, '0')}`;
    const partition = partitionFor(Buffer.from(name), partitions);
    if (room[partition]! === 0) continue;
    room[partition]! -= 1;
    names.push(name);
  }
  return names;
}

interface Basis {
  name: string;
  price: number;
  timeMs: number;
  number: number;
}

/** One way for each reason. `too_many_keys` is a good price of a key that comes once: it is bad where the table is full. */
export const BAD_RECORDS: Record<DeadLetterReason, (basis: Basis) => Omit<LoadRecord, 'kind'>> = {
  null_key: ({ name, price, timeMs }) => ({ key: null, value: priceBytes(name, price, timeMs) }),
  key_too_long: ({ name, price, timeMs }) => ({
    key: Buffer.alloc(1_025, 'k'),
    value: priceBytes(name, price, timeMs),
  }),
  bad_key: ({ name, price, timeMs }) => ({
    key: Buffer.from([0x4b, 0xff]),
    value: priceBytes(name, price, timeMs),
  }),
  null_value: ({ name }) => ({ key: Buffer.from(name), value: null }),
  too_large: ({ name, price, timeMs }) => ({
    key: Buffer.from(name),
    value: json({ symbol: name, price, timestamp: timeMs, note: 'x'.repeat(65_536) }),
  }),
  not_json: ({ name }) => ({ key: Buffer.from(name), value: Buffer.from('{"price":') }),
  no_value: ({ name, timeMs }) => ({
    key: Buffer.from(name),
    value: json({ symbol: name, timestamp: timeMs }),
  }),
  not_a_number: ({ name, timeMs }) => ({
    key: Buffer.from(name),
    value: json({ symbol: name, price: true, timestamp: timeMs }),
  }),
  out_of_range: ({ name, timeMs }) => ({ key: Buffer.from(name), value: priceBytes(name, 1e101, timeMs) }),
  no_timestamp: ({ name, price }) => ({ key: Buffer.from(name), value: json({ symbol: name, price }) }),
  bad_timestamp: ({ name, price }) => ({
    key: Buffer.from(name),
    value: json({ symbol: name, price, timestamp: 'yesterday' }),
  }),
  timestamp_ahead: ({ name, price, timeMs }) => ({
    key: Buffer.from(name),
    value: priceBytes(name, price, timeMs + 60_000),
  }),
  too_many_keys: ({ price, timeMs, number }) => ({
    key: Buffer.from(`once-${number}`),
    value: priceBytes(`once-${number}`, price, timeMs),
  }),
};

function priceBytes(symbol: string, price: number, timestamp: number): Uint8Array {
  return json({ symbol, price, timestamp });
}

function json(value: object): Uint8Array {
  return Buffer.from(JSON.stringify(value));
}
