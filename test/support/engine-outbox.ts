import type { OutgoingRecord } from '@meanwhile/kafka';
import type { Outbox } from '@meanwhile/stream';
import { readHeaders } from './checker-read.ts';
import type { LogRecord } from './checker-types.ts';

/** The processor's three outputs, in their order. */
export type Outputs = [averages: LogRecord[], late: LogRecord[], deadLetters: LogRecord[]];

export function noOutputs(): Outputs {
  return [[], [], []];
}

/** Keeps what it is given; full after every `capacity` records, until it is emptied. */
export class ListOutbox implements Outbox {
  readonly outputs = noOutputs();
  readonly #capacity: number;
  #held = 0;

  constructor(capacity = Number.POSITIVE_INFINITY) {
    this.#capacity = capacity;
  }

  append(output: number, record: OutgoingRecord): void {
    this.#held++;
    const { key, keyStart, keyEnd, value, valueStart, valueEnd, timestampMs, rawHeaders, headers } = record;
    const own = rawHeaders
      ? readHeaders(rawHeaders.bytes.slice(rawHeaders.start, rawHeaders.end), rawHeaders.count)
      : [];
    this.outputs[output]!.push({
      offset: this.outputs[output]!.length,
      timestampMs,
      isLogAppendTime: false,
      key: key === null ? null : key.slice(keyStart, keyEnd),
      value: value === null ? null : value.slice(valueStart, valueEnd),
      headers: [...own, ...(headers ?? [])],
    });
  }

  get isFull(): boolean {
    return this.#held >= this.#capacity;
  }

  empty(): void {
    this.#held = 0;
  }
}

/** The bytes of one output: what two runs must have alike. */
export function bytesOf(records: LogRecord[]): string[] {
  const text = (bytes: Uint8Array | null) =>
    bytes === null ? 'null' : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
  return records.map(({ timestampMs, key, value, headers }) => {
    const fields = headers.map((header) => `${header.key}=${text(header.value)}`);
    return [timestampMs, text(key), text(value), ...fields].join(' ');
  });
}
