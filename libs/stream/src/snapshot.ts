import { crc32 } from 'node:zlib';
import { StopError } from '@meanwhile/kafka';
import type { SettingsEntry } from './journal-entries.ts';
import { streamLimits } from './limits.ts';
import { START_OVER } from './remedies.ts';

const MAGIC = new TextEncoder().encode('MWS1');

/** What a snapshot says of itself; the same in each of its chunks. */
export interface SnapshotHeader {
  /** Sequence of the last commit entry that the state contains; 0: none yet. */
  sequence: number;
  /** Input offset at which reading goes on. */
  offset: number;
  /** The settings entry under which the state was made. */
  settings: SettingsEntry;
  watermark: number | null;
}

interface ChunkHeader extends SnapshotHeader {
  type: 'snapshot';
  chunk: number;
  chunks: number;
  crc: number;
}

/** Cuts a state into journal values: magic, header length (u32), header (JSON), bytes. */
export function writeSnapshotChunks(
  state: Uint8Array,
  header: SnapshotHeader,
  chunkBytesMax = streamLimits.chunkBytesMax,
): Uint8Array[] {
  const chunks = Math.max(1, Math.ceil(state.length / chunkBytesMax));
  return Array.from({ length: chunks }, (_, chunk) => {
    const bytes = state.subarray(chunk * chunkBytesMax, (chunk + 1) * chunkBytesMax);
    const full: ChunkHeader = { type: 'snapshot', chunk, chunks, crc: crc32(bytes), ...header };
    const json = new TextEncoder().encode(JSON.stringify(full));
    const value = new Uint8Array(MAGIC.length + 4 + json.length + bytes.length);
    value.set(MAGIC);
    new DataView(value.buffer).setUint32(MAGIC.length, json.length);
    value.set(json, MAGIC.length + 4);
    value.set(bytes, MAGIC.length + 4 + json.length);
    return value;
  });
}

export function isSnapshotChunk(value: Uint8Array): boolean {
  return MAGIC.every((byte, i) => value[i] === byte);
}

export interface Snapshot extends SnapshotHeader {
  state: Uint8Array;
  /** Journal offset of the first chunk. */
  firstChunkOffset: number;
}

/** Puts chunks together as they come by in the journal; only a last chunk makes a snapshot. */
export class SnapshotAssembler {
  #chunks: Uint8Array[] = [];
  #firstChunkOffset = -1;
  #sequence = -1;

  /** Returns the snapshot when `value` is its last chunk. A snapshot whose chunks do not all come is given up. */
  add(value: Uint8Array, journalOffset: number): Snapshot | undefined {
    const { header, bytes } = readChunk(value, journalOffset);
    if (header.chunk === 0) {
      this.#chunks = [];
      this.#firstChunkOffset = journalOffset;
      this.#sequence = header.sequence;
    }
    if (header.sequence !== this.#sequence || header.chunk !== this.#chunks.length) return undefined;
    this.#chunks.push(bytes.slice());
    if (this.#chunks.length < header.chunks) return undefined;
    const { sequence, offset, settings, watermark } = header;
    const state = concat(this.#chunks);
    this.#chunks = [];
    return { sequence, offset, settings, watermark, state, firstChunkOffset: this.#firstChunkOffset };
  }
}

function readChunk(value: Uint8Array, journalOffset: number): { header: ChunkHeader; bytes: Uint8Array } {
  const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
  const headerStart = MAGIC.length + 4;
  const headerEnd = headerStart + view.getUint32(MAGIC.length);
  const header: ChunkHeader = JSON.parse(new TextDecoder().decode(value.subarray(headerStart, headerEnd)));
  const bytes = value.subarray(headerEnd);
  if (crc32(bytes) !== header.crc) {
    throw new StopError(
      `snapshot chunk at journal offset ${journalOffset}: checksum ${crc32(bytes)}, wanted ${header.crc}`,
      {
        remedy: `the journal is damaged: restore it from a replica, or ${START_OVER}`,
      },
    );
  }
  return { header, bytes };
}

function concat(parts: Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0]!;
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
