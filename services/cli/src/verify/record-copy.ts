import type { RecordCursor } from '@meanwhile/kafka';
import { type Identity, identify, type RecordKind } from './identity.ts';

/** One record, copied out: only where what was found is not at once what is wanted. */
export class RecordCopy {
  /** In the log; -1 for one that is recomputed. */
  readonly offset: number;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  /** Encoded, without their count. */
  readonly headers: Uint8Array;
  readonly #kind: RecordKind;
  #identity: Identity | undefined;
  #signature: string | undefined;

  constructor(
    kind: RecordKind,
    fields: { offset: number; key: Uint8Array | null; value: Uint8Array | null; headers: Uint8Array },
  ) {
    this.#kind = kind;
    this.offset = fields.offset;
    this.key = fields.key;
    this.value = fields.value;
    this.headers = fields.headers;
  }

  static of(kind: RecordKind, cursor: RecordCursor): RecordCopy {
    const { bytes, offset, keyStart, keyEnd, valueStart, valueEnd, headersStart, headersEnd } = cursor;
    return new RecordCopy(kind, {
      offset,
      key: keyStart < 0 ? null : bytes.slice(keyStart, keyEnd),
      value: valueStart < 0 ? null : bytes.slice(valueStart, valueEnd),
      headers: bytes.slice(headersStart, headersEnd),
    });
  }

  /** What it is about. */
  get identity(): Identity {
    this.#identity ??= identify(this.#kind, this);
    return this.#identity;
  }

  /** Equal exactly when all bytes are. */
  get signature(): string {
    this.#signature ??= [this.key, this.value, this.headers]
      .map((bytes) => (bytes === null ? '-' : `${bytes.length}:${Buffer.from(bytes).toString('latin1')}`))
      .join();
    return this.#signature;
  }
}
