import type { DeadLetterReason } from './dead-letter.ts';
import { decimalFloor } from './decimal-floor.ts';
import { fieldSource } from './field-source.ts';
import { type PriceFields, RECORD_TIME, TIME_MAX_MS, type TimeUnit, VALUE_MAX } from './price.ts';

/** `timeMs` is NaN where the time is the Kafka record's own. */
export type PriceReading =
  | { reason: null; value: number; timeMs: number }
  | { reason: DeadLetterReason; detail: string };

/** The power of ten that turns a number of that unit into milliseconds. */
export const UNIT_SHIFTS: Record<TimeUnit, number> = { s: 3, ms: 0, us: -3, ns: -6 };

/** Strings are taken as numbers in this notation, as exchanges send them; nothing else that Number() takes. */
const PLAIN_DECIMAL = /^-?[0-9]+(\.[0-9]+)?$/;

/**
 * Reads a price from any JSON value: the slow path of PriceScanner, and its meaning. Never throws; the
 * reason is the first of `not_json` … `bad_timestamp` that applies.
 */
export function readPriceText(bytes: Uint8Array, fields: PriceFields): PriceReading {
  let json: string;
  try {
    json = decoder.decode(bytes);
  } catch {
    return { reason: 'not_json', detail: 'value: not valid UTF-8, wanted a JSON object' };
  }
  try {
    // Only checks: what it builds is dropped. Without a reviver it needs no stack for nested values.
    JSON.parse(json);
  } catch (error) {
    return { reason: 'not_json', detail: describeFault(json, error) };
  }
  const value = readValue(json, fields.valueField);
  if (typeof value !== 'number') return value;
  const timeMs = fields.timeField === RECORD_TIME ? Number.NaN : readTime(json, fields);
  if (typeof timeMs !== 'number') return timeMs;
  return { reason: null, value, timeMs };
}

// A byte order mark must not be swallowed: RFC 8259 texts have none.
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

type Fault = { reason: DeadLetterReason; detail: string };

function describeFault(json: string, error: unknown): string {
  if (json === '') return 'value: empty, wanted a JSON object';
  if (json.startsWith('\ufeff')) return 'value: begins with a byte order mark, wanted a JSON object';
  return `value: ${error instanceof Error ? error.message : String(error)}, wanted a JSON object`;
}

function readValue(json: string, field: string): number | Fault {
  const source = fieldSource(json, field);
  if (source === undefined || source === 'null') {
    const found = source ?? `no such field in ${excerpt(json)}`;
    return { reason: 'no_value', detail: `${field}: ${found}, wanted a number` };
  }
  const text = decimalText(source);
  const value = text === undefined ? Number.NaN : Number(text);
  if (!Number.isFinite(value)) {
    return { reason: 'not_a_number', detail: `${field}: ${excerpt(source)}, wanted a finite number` };
  }
  if (Math.abs(value) > VALUE_MAX) {
    const detail = `${field}: ${excerpt(source)}, wanted a magnitude of at most ${VALUE_MAX}`;
    return { reason: 'out_of_range', detail };
  }
  return value;
}

function readTime(json: string, { timeField: field, timeUnit }: PriceFields): number | Fault {
  const wanted = `wanted a time in ${timeUnit} since 1970`;
  const source = fieldSource(json, field);
  if (source === undefined || source === 'null') {
    const found = source ?? `no such field in ${excerpt(json)}`;
    return { reason: 'no_timestamp', detail: `${field}: ${found}, ${wanted}` };
  }
  const text = decimalText(source);
  const timeMs = text === undefined ? Number.NaN : decimalFloor(text, UNIT_SHIFTS[timeUnit]);
  if (timeMs >= 0 && timeMs <= TIME_MAX_MS) return timeMs;
  const bounds = Number.isNaN(timeMs) ? '' : ` from 0 to ${TIME_MAX_MS} ms`;
  return { reason: 'bad_timestamp', detail: `${field}: ${excerpt(source)}, ${wanted}${bounds}` };
}

/** The digits of a JSON number or of a string in plain decimal notation; undefined for anything else. */
function decimalText(source: string): string | undefined {
  const first = source[0]!;
  if (first === '-' || (first >= '0' && first <= '9')) return source;
  if (first !== '"') return undefined;
  const text: string = JSON.parse(source);
  return PLAIN_DECIMAL.test(text) ? text : undefined;
}

function excerpt(text: string): string {
  return text.length <= 100 ? text : `${text.slice(0, 100)}…`;
}
