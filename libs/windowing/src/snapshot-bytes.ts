/** Format of a snapshot; restore refuses any other. */
export const SNAPSHOT_VERSION = 1;
const MAGIC = 0x4d57494e; // "MWIN"
const HEADER_BYTES = 8;
const BYTES_MIN = 1024;

/** "MWIN", version (u32), then doubles, big-endian: every number of the state is one, so nothing is rounded. */
export class SnapshotWriter {
  #view = new DataView(new ArrayBuffer(BYTES_MIN));
  #length = HEADER_BYTES;

  constructor() {
    this.#view.setUint32(0, MAGIC);
    this.#view.setUint32(4, SNAPSHOT_VERSION);
  }

  number(value: number): void {
    if (this.#length === this.#view.byteLength) {
      this.#view = new DataView(this.#view.buffer.transfer(2 * this.#length));
    }
    this.#view.setFloat64(this.#length, value);
    this.#length += 8;
  }

  numbers(values: Iterable<number>): void {
    for (const value of values) this.number(value);
  }

  bytes(): Uint8Array {
    return new Uint8Array(this.#view.buffer.slice(0, this.#length));
  }
}

export class SnapshotReader {
  readonly #view: DataView;
  #at = HEADER_BYTES;

  /** @throws Error when these are not the bytes of a snapshot of this version */
  constructor(bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (bytes.length < HEADER_BYTES || this.#view.getUint32(0) !== MAGIC) {
      throw new Error(
        `restore windows: ${bytes.length} bytes that are no snapshot, wanted one that starts with "MWIN"`,
      );
    }
    const version = this.#view.getUint32(4);
    if (version !== SNAPSHOT_VERSION) {
      throw new Error(`restore windows: snapshot of format ${version}, wanted ${SNAPSHOT_VERSION}`);
    }
  }

  number(): number {
    if (this.#at + 8 > this.#view.byteLength) {
      throw new Error(`restore windows: snapshot ends at byte ${this.#view.byteLength}, wanted more`);
    }
    const value = this.#view.getFloat64(this.#at);
    this.#at += 8;
    return value;
  }

  end(): void {
    const rest = this.#view.byteLength - this.#at;
    if (rest !== 0)
      throw new Error(`restore windows: ${rest} bytes after the end of the snapshot, wanted none`);
  }
}
