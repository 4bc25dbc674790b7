import type { RawPartition, RawRecord } from './engine-bytes.ts';

/** Event times are small, so that windows of a few ms hold a few records. */
const START_MS = 1_000;
const AGGREGATES = ['average', 'total', 'minimum', 'maximum', 'earliest', 'latest', 'stddev'] as const;

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const NAMES = ['A', 'ä€😀', 'quote"back\\slash', '\u0000\n\u2028', ' A ', '\ufeffA', 'e\u0301', '\u00e9'];
const KEYS = [...NAMES.map(encode), new Uint8Array(1_024).fill(0x41)];
const BAD_KEYS = [
  null,
  new Uint8Array(0),
  Uint8Array.of(0xff),
  Uint8Array.of(0xed, 0xa0, 0x80),
  new Uint8Array(1_025),
];
const BAD_VALUES = [
  null,
  ...['', 'not json', '[1]', '{}', 'null', '{"price":null}', '{"price":"1e5","timestamp":1}'].map(encode),
  ...['{"price":1e101,"timestamp":1}', '{"price":1}', '{"price":1,"timestamp":-1}'].map(encode),
  ...['{"price":1,"timestamp":8640000000000000}', '\ufeff{"price":1,"timestamp":1}'].map(encode),
  new Uint8Array(65_537).fill(0x20),
  Uint8Array.of(0x22, 0xc0, 0x80, 0x22),
];
const HOSTILE_NUMBERS = ['0', '-0', '1e100', '-1e100', '1e15', '-1e15', '5e-324', '"-007.50"', '0.1', '1e-7'];

/** The same records for the same seed: ties, disorder within and beyond grace, silence, hostile keys, values and headers. */
export function hostilePartition(
  partition: number,
  count: number,
  isLogAppendTime: boolean,
  random: () => number,
): RawPartition {
  const keys = KEYS.slice(Math.floor(random() * KEYS.length)).slice(0, 1 + Math.floor(random() * 5));
  let newestMs = START_MS;
  let appendMs = START_MS;
  const records = Array.from({ length: count }, (): RawRecord => {
    newestMs += random() < 0.1 ? Math.floor(random() * 80) : Math.floor(random() * 5);
    // Several to a batch, and now and then a silence.
    if (random() < 0.4) appendMs = Math.max(appendMs, newestMs - Math.floor(random() * 20));
    if (random() < 0.04) appendMs += Math.floor(random() * 150);
    const behindMs = random() < 0.3 ? Math.floor(random() * 60) : 0;
    const timeMs = Math.max(0, newestMs - behindMs);
    return {
      key: random() < 0.02 ? pick(BAD_KEYS, random) : pick(keys, random),
      value: random() < 0.06 ? pick(BAD_VALUES, random) : priceBytes(timeMs, random),
      headers: random() < 0.1 ? [{ key: 'trace', value: encode(`t-${newestMs}`) }] : [],
      timestampMs: isLogAppendTime ? appendMs : timeMs - Math.floor(random() * 9),
    };
  });
  return { partition, records, isLogAppendTime };
}

/** The same price in any of the ways in which JSON can say it. */
function priceBytes(timeMs: number, random: () => number): Uint8Array {
  const number =
    random() < 0.15 ? pick(HOSTILE_NUMBERS, random) : String(Math.floor(random() * 20_000 - 1_000) / 100);
  const ways = [
    `{"symbol":"A","price":${number},"timestamp":${timeMs}}`,
    `{"symbol":"A","price":${number},"timestamp":${timeMs}}`,
    `{"symbol":"A","price":${number},"timestamp":${timeMs}}`,
    ` {"timestamp" : "${timeMs}.9" , "price":${number} }\n`,
    `{"price":7,"\\u0070rice":${number},"timestamp":${timeMs},"more":[{"price":1}]}`,
  ];
  return encode(pick(ways, random));
}

/** Settings that go with it: the windows are the caller's. */
export function hostileSettings<W>(
  windows: W,
  random: () => number,
): {
  windows: W;
  graceMs: number;
  idleTimeoutMs: number | null;
  idleSkewMs: number;
  maxAheadMs: number | null;
  updateIntervalMs: number;
  maxKeys: number;
  aggregates: (typeof AGGREGATES)[number][];
  valueField: string;
  timeField: string;
  timeUnit: 'ms';
} {
  const whole = (max: number) => Math.floor(random() * (max + 1));
  return {
    windows,
    graceMs: whole(15),
    idleTimeoutMs: random() < 0.3 ? null : whole(30),
    idleSkewMs: 1,
    maxAheadMs: random() < 0.5 ? null : 40 + whole(200),
    updateIntervalMs: whole(8),
    maxKeys: 1 + whole(3),
    aggregates: random() < 0.7 ? [...AGGREGATES] : AGGREGATES.filter(() => random() < 0.5),
    valueField: 'price',
    timeField: 'timestamp',
    timeUnit: 'ms',
  };
}

function pick<T>(list: readonly T[], random: () => number): T {
  return list[Math.floor(random() * list.length)]!;
}
