/** As much of Kafka's protocol as a proxy has to understand: frames, the head of requests, and where answers name brokers. */

export const API_KEYS = {
  Produce: 0,
  Fetch: 1,
  ListOffsets: 2,
  Metadata: 3,
  OffsetFetch: 9,
  FindCoordinator: 10,
  JoinGroup: 11,
  Heartbeat: 12,
  LeaveGroup: 13,
  SyncGroup: 14,
  DeleteRecords: 21,
  InitProducerId: 22,
  EndTxn: 26,
  TxnOffsetCommit: 28,
} as const;

export type ApiName = keyof typeof API_KEYS;

export interface RequestHead {
  apiKey: number;
  apiVersion: number;
  correlationId: number;
}

export interface Address {
  host: string;
  port: number;
}

const SIZE_BYTES = 4;

/** Cuts a stream into frames, each with its size in front. */
export class FrameSplitter {
  #pieces: Buffer[] = [];
  #sizeBytes = 0;

  push(piece: Buffer): Buffer[] {
    this.#pieces.push(piece);
    this.#sizeBytes += piece.length;
    const frames: Buffer[] = [];
    for (let wanted = this.#wanted(); this.#sizeBytes >= wanted; wanted = this.#wanted()) {
      const bytes = this.#joined();
      frames.push(bytes.subarray(0, wanted));
      this.#pieces = [bytes.subarray(wanted)];
      this.#sizeBytes -= wanted;
    }
    return frames;
  }

  /** Bytes of the frame that comes next; its size itself while that is not known. */
  #wanted(): number {
    if (this.#sizeBytes < SIZE_BYTES) return SIZE_BYTES;
    if (this.#pieces[0]!.length < SIZE_BYTES) this.#joined();
    return SIZE_BYTES + this.#pieces[0]!.readInt32BE(0);
  }

  /** Joined only when something can be done with it: an answer of megabytes comes in many pieces. */
  #joined(): Buffer {
    if (this.#pieces.length > 1) this.#pieces = [Buffer.concat(this.#pieces)];
    return this.#pieces[0]!;
  }
}

export function requestHead(frame: Buffer): RequestHead {
  return {
    apiKey: frame.readInt16BE(4),
    apiVersion: frame.readInt16BE(6),
    correlationId: frame.readInt32BE(8),
  };
}

export function correlationIdOf(answer: Buffer): number {
  return answer.readInt32BE(4);
}

/** The answer with every broker's address replaced; answers that name none as they are. */
export function withAddress(request: RequestHead, answer: Buffer, address: Address): Buffer {
  const { apiKey, apiVersion } = request;
  if (apiKey === API_KEYS.Metadata) {
    const walker = new AnswerWalker(answer, apiVersion >= 9, address);
    walker.metadata(apiVersion);
    return walker.finish();
  }
  if (apiKey === API_KEYS.FindCoordinator) {
    const walker = new AnswerWalker(answer, apiVersion >= 3, address);
    walker.findCoordinator(apiVersion);
    return walker.finish();
  }
  return answer;
}

/** Walks up to the last address and copies what lies between them. */
class AnswerWalker {
  readonly #bytes: Buffer;
  readonly #isFlexible: boolean;
  readonly #address: Address;
  readonly #parts: Buffer[] = [];
  #at = 8; // size, correlation id
  #copied = SIZE_BYTES;

  constructor(bytes: Buffer, isFlexible: boolean, address: Address) {
    this.#bytes = bytes;
    this.#isFlexible = isFlexible;
    this.#address = address;
    if (isFlexible) this.#tags();
  }

  metadata(version: number): void {
    if (version >= 3) this.#at += 4; // throttle time
    for (let left = this.#length(); left > 0; left--) {
      this.#at += 4; // node id
      this.#replace();
      if (version >= 1) this.#string(); // rack
      this.#tags();
    }
  }

  findCoordinator(version: number): void {
    if (version >= 1) this.#at += 4; // throttle time
    if (version >= 4) {
      for (let left = this.#length(); left > 0; left--) {
        this.#string(); // key
        this.#at += 4; // node id
        this.#replace();
        this.#at += 2; // error
        this.#string(); // its message
        this.#tags();
      }
      return;
    }
    this.#at += 2; // error
    if (version >= 1) this.#string(); // its message
    this.#at += 4; // node id
    this.#replace();
  }

  finish(): Buffer {
    const body = Buffer.concat([...this.#parts, this.#bytes.subarray(this.#copied)]);
    const size = Buffer.alloc(SIZE_BYTES);
    size.writeInt32BE(body.length);
    return Buffer.concat([size, body]);
  }

  /** Host and port. An answer with an error names nobody: no host, port -1. */
  #replace(): void {
    const start = this.#at;
    this.#string();
    const port = this.#bytes.readInt32BE(this.#at);
    this.#at += 4;
    if (port < 0) return;
    this.#parts.push(this.#bytes.subarray(this.#copied, start), this.#encoded());
    this.#copied = this.#at;
  }

  #encoded(): Buffer {
    const host = Buffer.from(this.#address.host);
    const head = Buffer.alloc(this.#isFlexible ? 1 : 2);
    if (this.#isFlexible) head.writeUInt8(host.length + 1);
    else head.writeInt16BE(host.length);
    const port = Buffer.alloc(4);
    port.writeInt32BE(this.#address.port);
    return Buffer.concat([head, host, port]);
  }

  #string(): void {
    const length = this.#isFlexible ? this.#varint() - 1 : this.#int16();
    this.#at += Math.max(0, length);
  }

  #length(): number {
    if (this.#isFlexible) return this.#varint() - 1;
    this.#at += 4;
    return this.#bytes.readInt32BE(this.#at - 4);
  }

  #tags(): void {
    if (!this.#isFlexible) return;
    for (let left = this.#varint(); left > 0; left--) {
      this.#varint();
      const length = this.#varint();
      this.#at += length;
    }
  }

  #int16(): number {
    this.#at += 2;
    return this.#bytes.readInt16BE(this.#at - 2);
  }

  #varint(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.#bytes.readUInt8(this.#at++);
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  }
}
