import { UsageError } from '../command.ts';

/** Unit of a pipeline's event times, as its TIME_UNIT has it. */
export type TimeUnit = 'ms' | 's' | 'us' | 'ns';

/** One `--set field=value`. */
export interface Assignment {
  field: string;
  /** The text of a JSON value, or undefined for the time at which the record is sent. */
  json: string | undefined;
}

interface JsonObject {
  [name: string]: unknown;
}

/** As of ECMAScript 2026: numbers keep the digits that they were written with. */
const exactJson = JSON as typeof JSON & {
  rawJSON(text: string): object;
  isRawJSON(value: unknown): boolean;
};

/** @throws UsageError */
export function parseAssignment(text: string): Assignment {
  const at = text.indexOf('=');
  if (at < 1) throw new UsageError(`--set ${text}: wanted field=value`);
  const field = text.slice(0, at);
  const value = text.slice(at + 1);
  if (value === 'now') return { field, json: undefined };
  return { field, json: isJson(value) ? value.trim() : JSON.stringify(value) };
}

/**
 * The value with fields set, everything else as it was, numbers digit by digit. A field is a top-level name, else a dotted path through
 * objects, which are made where they are missing. Undefined: it is no JSON object, or a step of a path is no object.
 */
export function changeValue(
  value: Uint8Array,
  assignments: readonly Assignment[],
  now: { nowMs: number; timeUnit: TimeUnit },
): Uint8Array | undefined {
  const object = parseObject(value);
  if (object === undefined) return undefined;
  for (const { field, json } of assignments) {
    if (!assign(object, field, parseExactly(json ?? spokenNow(now)))) return undefined;
  }
  return Buffer.from(JSON.stringify(object));
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function parseObject(value: Uint8Array): JsonObject | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(value);
    const parsed = parseExactly(text);
    return isObject(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function parseExactly(text: string): unknown {
  const keepDigits = (_: string, value: unknown, context?: { source?: string }) =>
    typeof value === 'number' ? exactJson.rawJSON(context!.source!) : value;
  return JSON.parse(text, keepDigits);
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !exactJson.isRawJSON(value);
}

/** @returns false when a step of the path is there and no object */
function assign(object: JsonObject, field: string, value: unknown): boolean {
  const path = Object.hasOwn(object, field) ? [field] : field.split('.');
  let target = object;
  for (const name of path.slice(0, -1)) {
    if (!Object.hasOwn(target, name) || target[name] === null) define(target, name, {});
    const next = target[name];
    if (!isObject(next)) return false;
    target = next;
  }
  define(target, path.at(-1)!, value);
  return true;
}

/** An own field whatever its name: assigning to `__proto__` would set none. */
function define(target: JsonObject, name: string, value: unknown): void {
  Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true });
}

function spokenNow({ nowMs, timeUnit }: { nowMs: number; timeUnit: TimeUnit }): string {
  if (timeUnit === 's') return String(nowMs / 1_000);
  return `${nowMs}${{ ms: '', us: '000', ns: '000000' }[timeUnit]}`;
}
