export interface PriceOracleSettings {
  valueField: string;
  /** `$record`: the Kafka record's own timestamp. */
  timeField: string;
  timeUnit: 'ms' | 's' | 'us' | 'ns';
  /** null: off */
  maxAheadMs: number | null;
}

export type PriceReading = { key: string; value: number; timeMs: number } | { reason: string };

const DECIMAL = /^-?[0-9]+(\.[0-9]+)?$/;
const TIME_MAX_MS = 8_640_000_000_000_000;
/** Powers of ten from the unit to ms. */
const UNIT_POWER = { s: 3, ms: 0, us: -3, ns: -6 };

/**
 * Section 1 of the contract, "Price" and "Dead letter", a second time: the reason is the first that applies.
 * @param timestampMs the Kafka record's timestamp, null for none
 */
export function readPrice(
  settings: PriceOracleSettings,
  key: Uint8Array | null,
  value: Uint8Array | null,
  timestampMs: number | null,
): PriceReading {
  if (key === null) return { reason: 'null_key' };
  if (key.length > 1024) return { reason: 'key_too_long' };
  const symbol = utf8(key);
  if (symbol === null || symbol === '') return { reason: 'bad_key' };
  if (value === null) return { reason: 'null_value' };
  if (value.length > 65_536) return { reason: 'too_large' };
  const json = parseTagged(utf8(value));
  if (json === undefined) return { reason: 'not_json' };

  const price = find(json, settings.valueField);
  if (price === undefined) return { reason: 'no_value' };
  const number = isPlainNumber(price) ? Number(price.slice(1)) : Number.NaN;
  if (!Number.isFinite(number)) return { reason: 'not_a_number' };
  if (Math.abs(number) > 1e100) return { reason: 'out_of_range' };

  const time = settings.timeField === '$record' ? recordTime(timestampMs) : fieldTime(json, settings);
  if (typeof time === 'string') return { reason: time };
  const { maxAheadMs } = settings;
  if (maxAheadMs !== null && timestampMs !== null && time - timestampMs > maxAheadMs) {
    return { reason: 'timestamp_ahead' };
  }
  return { key: symbol, value: number, timeMs: time };
}

function recordTime(timestampMs: number | null): number | 'no_timestamp' | 'bad_timestamp' {
  if (timestampMs === null) return 'no_timestamp';
  return timestampMs < 0 || timestampMs > TIME_MAX_MS ? 'bad_timestamp' : timestampMs;
}

function fieldTime(json: Tagged, settings: PriceOracleSettings): number | 'no_timestamp' | 'bad_timestamp' {
  const time = find(json, settings.timeField);
  if (time === undefined) return 'no_timestamp';
  if (!isPlainNumber(time)) return 'bad_timestamp';
  const timeMs = floorToMs(time.slice(1), UNIT_POWER[settings.timeUnit]);
  return timeMs === null || timeMs < 0 || timeMs > TIME_MAX_MS ? 'bad_timestamp' : timeMs;
}

/** floor(text * 10 ** power), exactly; null when it has so many digits that it is out of range anyway. */
function floorToMs(text: string, power: number): number | null {
  const [, sign, whole, fraction = '', exponent = '0'] = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(
    text,
  )!;
  const digits = BigInt(whole! + fraction) * (sign === '-' ? -1n : 1n);
  if (digits === 0n) return 0;
  const shift = Number(exponent) + power - fraction.length;
  if (shift > 40) return null;
  if (shift >= 0) return Number(digits * 10n ** BigInt(shift));
  // So small that it lies between -1 and 1: no power of ten of that size is needed.
  if (-shift > 70_000) return digits < 0n ? -1 : 0;
  const unit = 10n ** BigInt(-shift);
  const cut = digits / unit;
  return Number(digits % unit < 0n ? cut - 1n : cut);
}

/** JSON whose strings and names begin with `s` and whose numbers are their own text behind an `n`. */
type Tagged = string | boolean | null | Tagged[] | { [name: string]: Tagged };

function isPlainNumber(value: Tagged): value is string {
  if (typeof value !== 'string') return false;
  return value.startsWith('n') || DECIMAL.test(value.slice(1));
}

/** A top-level name, else a dotted path through objects; undefined: not there, or null. */
function find(json: Tagged, field: string): Tagged | undefined {
  const direct = own(json, field);
  const found = direct === undefined ? field.split('.').reduce(ownOrUndefined, json) : direct;
  return found === null ? undefined : found;
}

function ownOrUndefined(json: Tagged | undefined, name: string): Tagged | undefined {
  return json === undefined ? undefined : own(json, name);
}

function own(json: Tagged, name: string): Tagged | undefined {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return undefined;
  return Object.hasOwn(json, `s${name}`) ? json[`s${name}`] : undefined;
}

/** undefined: not RFC 8259. JSON.parse judges; the second parse keeps the numbers' texts and needs no recursion. */
function parseTagged(text: string | null): Tagged | undefined {
  if (text === null) return undefined;
  try {
    JSON.parse(text);
  } catch {
    return undefined;
  }
  const tagged = text.replace(/"((?:[^"\\]|\\.)*)"|-?\d[\d.eE+-]*/g, (token, inner: string | undefined) =>
    inner === undefined ? `"n${token}"` : `"s${inner}"`,
  );
  return JSON.parse(tagged);
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** null: not UTF-8. A byte order mark stays, as the character that it is. */
function utf8(bytes: Uint8Array): string | null {
  try {
    return decoder.decode(bytes);
  } catch {
    return null;
  }
}
