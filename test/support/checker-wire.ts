/** Plain reading of what lies in a topic. */

export type Json = Record<string, unknown>;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The JSON object in a value, and whether its text is the one way in which the contract writes it; null: no object. */
export function readObject(
  value: Uint8Array | null,
  fields: string[] | null,
): { json: Json; fault: string | null } | null {
  const text = readText(value);
  if (text === null) return null;
  const json = parse(text);
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return null;
  const object = json as Json;
  const names = Object.keys(object);
  if (fields !== null && names.join() !== fields.join()) {
    return { json: object, fault: `fields ${names.join()}, wanted ${fields.join()}` };
  }
  // JSON.stringify keeps the order of names and writes numbers as Number::toString does, -0 as 0.
  const plain = JSON.stringify(object);
  return { json: object, fault: plain === text ? null : `written ${text}, wanted ${plain}` };
}

/** UTF-8 as text; null for null and for other bytes. */
export function readText(value: Uint8Array | null): string | null {
  if (value === null) return null;
  try {
    return utf8.decode(value);
  } catch {
    return null;
  }
}

export function sameBytes(a: Uint8Array | null, b: Uint8Array | null): boolean {
  return a === null || b === null ? a === b : Buffer.compare(a, b) === 0;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
