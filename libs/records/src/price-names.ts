import { type PriceFields, RECORD_TIME } from './price.ts';

/** What a field of an object is to us. */
export type FieldRole = 'value' | 'time' | 'other';

/** The names of the fields that are read, as bytes: which of them is the name at hand? */
export class PriceNames {
  readonly #value: Uint8Array;
  /** Null where the time is the record's own, whatever fields it has. */
  readonly #time: Uint8Array | null;

  constructor({ valueField, timeField }: PriceFields) {
    const encoder = new TextEncoder();
    this.#value = encoder.encode(valueField);
    this.#time = timeField === RECORD_TIME ? null : encoder.encode(timeField);
  }

  /** Of the name `bytes[start, end)`, which has no escapes. */
  roleOf(bytes: Uint8Array, start: number, end: number): FieldRole {
    if (equals(this.#value, bytes, start, end)) return 'value';
    if (this.#time !== null && equals(this.#time, bytes, start, end)) return 'time';
    return 'other';
  }
}

function equals(name: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (name.length !== end - start) return false;
  for (let index = 0; index < name.length; index++) if (bytes[start + index] !== name[index]) return false;
  return true;
}
