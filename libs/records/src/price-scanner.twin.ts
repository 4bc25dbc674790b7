import type { DeadLetterReason } from './dead-letter.ts';
import type { PriceFields } from './price.ts';

/** What PriceScanner means, as plainly as it can be said: whole texts, objects, BigInt. For tests. */
export function plainScan(
  input: { key: Uint8Array | null; value: Uint8Array | null; recordTimestampMs: number },
  fields: PriceFields,
  maxAheadMs: number | null,
): { value: number; timeMs: number } | DeadLetterReason {
  const { key, value, recordTimestampMs } = input;
  if (key === null) return 'null_key';
  if (key.length > 1024) return 'key_too_long';
  if (key.length === 0 || decode(key) === undefined) return 'bad_key';
  if (value === null) return 'null_value';
  if (value.length > 65_536) return 'too_large';
  const document = parse(decode(value));
  if (document === undefined) return 'not_json';

  const found = document.find(fields.valueField);
  if (found === undefined || found.value === null) return 'no_value';
  const number = isDecimal(found.value) ? Number(found.value) : Number.NaN;
  if (!Number.isFinite(number)) return 'not_a_number';
  if (number > 1e100 || number < -1e100) return 'out_of_range';

  let timeMs: bigint | undefined;
  if (fields.timeField === '$record') {
    if (recordTimestampMs === -1) return 'no_timestamp';
    timeMs = BigInt(recordTimestampMs);
  } else {
    const time = document.find(fields.timeField);
    if (time === undefined || time.value === null) return 'no_timestamp';
    if (isDecimal(time.value)) timeMs = toMs(time.source ?? (time.value as string), fields.timeUnit);
  }
  if (timeMs === undefined || timeMs < 0n || timeMs > 8_640_000_000_000_000n) return 'bad_timestamp';
  if (recordTimestampMs !== -1 && maxAheadMs !== null) {
    if (timeMs > BigInt(recordTimestampMs) + BigInt(maxAheadMs)) return 'timestamp_ahead';
  }
  return { value: number, timeMs: Number(timeMs) };
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

interface Found {
  value: unknown;
  source: string | undefined;
}

/** Looks fields up in what JSON.parse builds; a reviver remembers how each number was written. */
function parse(text: string | undefined): { find(field: string): Found | undefined } | undefined {
  if (text === undefined) return undefined;
  const sources = new Map<object, Map<string, string>>();
  function remember(this: object, name: string, value: unknown, context?: { source?: string }): unknown {
    if (typeof value === 'number' && context?.source !== undefined) {
      const ofHolder = sources.get(this) ?? new Map<string, string>();
      sources.set(this, ofHolder.set(name, context.source));
    }
    return value;
  }
  let root: unknown;
  try {
    root = JSON.parse(text, remember as (this: unknown, name: string, value: unknown) => unknown);
  } catch {
    return undefined;
  }
  function follow(names: string[]): Found | undefined {
    let holder = root;
    for (const [index, name] of names.entries()) {
      if (typeof holder !== 'object' || holder === null || Array.isArray(holder)) return undefined;
      const value: unknown = Object.getOwnPropertyDescriptor(holder, name)?.value;
      if (value === undefined) return undefined;
      if (index === names.length - 1) return { value, source: sources.get(holder)?.get(name) };
      holder = value;
    }
    return undefined;
  }
  return { find: (field) => follow([field]) ?? follow(field.split('.')) };
}

function isDecimal(value: unknown): boolean {
  return typeof value === 'number' || (typeof value === 'string' && /^-?[0-9]+(\.[0-9]+)?$/.test(value));
}

function toMs(text: string, unit: PriceFields['timeUnit']): bigint {
  const [mantissa = '', exponentText = '0'] = text.toLowerCase().split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  // Far outside of any time an exponent only says "huge" or "nothing".
  const written = Math.max(-100_000, Math.min(100_000, Number(exponentText)));
  const exponent = written - fraction.length + { s: 3, ms: 0, us: -3, ns: -6 }[unit];
  const digits = BigInt(whole + fraction);
  if (digits === 0n) return 0n;
  if (exponent >= 0) return digits * 10n ** BigInt(exponent);
  const divisor = 10n ** BigInt(-exponent);
  const magnitude = digits < 0n ? -digits : digits;
  if (!text.startsWith('-')) return magnitude / divisor;
  return -((magnitude + divisor - 1n) / divisor);
}
