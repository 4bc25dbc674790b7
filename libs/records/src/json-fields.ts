/** Checked reading of one JSON object's own fields; each reader throws on a wrong type. */
export interface JsonFields {
  has(name: string): boolean;
  text(name: string): string;
  number(name: string): number;
  /** A safe integer within the bounds, both inclusive. */
  integer(name: string, least?: number, most?: number): number;
  /** As integer, but null (or no such field) is taken too. */
  integerOrNull(name: string, least?: number): number | null;
  flag(name: string): boolean;
  object(name: string): JsonFields;
  /** The object itself. */
  readonly all: Record<string, unknown>;
}

// A byte order mark is not part of JSON and must not be swallowed.
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * @param what names the thing read, for errors
 * @throws Error if the bytes are not a JSON object in UTF-8
 */
export function jsonFields(what: string, bytes: Uint8Array): JsonFields {
  let parsed: unknown;
  try {
    parsed = JSON.parse(decoder.decode(bytes));
  } catch (cause) {
    const found = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`${what}: ${found}, wanted a JSON object`, { cause });
  }
  return fieldsOf(what, parsed);
}

function fieldsOf(what: string, parsed: unknown): JsonFields {
  if (!isObject(parsed)) throw new Error(`${what}: ${show(parsed)}, wanted a JSON object`);
  const fields = parsed;
  const read = (name: string): unknown => (Object.hasOwn(fields, name) ? fields[name] : undefined);
  const refuse = (name: string, wanted: string): never => {
    throw new Error(`${what}: ${name} is ${show(read(name))}, wanted ${wanted}`);
  };
  function integer(name: string, least = -Number.MAX_SAFE_INTEGER, most = Number.MAX_SAFE_INTEGER): number {
    const value = read(name);
    if (Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most) {
      return value as number;
    }
    return refuse(name, least === most ? String(least) : `an integer from ${least} to ${most}`);
  }
  return {
    all: fields,
    has: (name) => Object.hasOwn(fields, name),
    text: (name) => {
      const value = read(name);
      return typeof value === 'string' ? value : refuse(name, 'a string');
    },
    number: (name) => {
      const value = read(name);
      return typeof value === 'number' && Number.isFinite(value) ? value : refuse(name, 'a finite number');
    },
    integer,
    integerOrNull: (name, least) => ((read(name) ?? null) === null ? null : integer(name, least)),
    flag: (name) => {
      const value = read(name);
      return typeof value === 'boolean' ? value : refuse(name, 'true or false');
    },
    object: (name) => fieldsOf(`${what}: ${name}`, read(name)),
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function show(value: unknown): string {
  const text = value === undefined ? 'missing' : JSON.stringify(value);
  return text.length <= 100 ? text : `${text.slice(0, 100)}…`;
}
