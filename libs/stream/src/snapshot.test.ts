import { describe, expect, test } from 'vitest';
import type { SettingsEntry } from './journal-entries.ts';
import { isSnapshotChunk, SnapshotAssembler, writeSnapshotChunks } from './snapshot.ts';

const settings: SettingsEntry = {
  type: 'settings',
  semantics_version: 1,
  input_topic: 'in',
  input_topic_id: 'AAAAAAAAAAAAAAAAAAAAAA',
  partitions: 1,
  group: 'g',
  start_offset: 0,
  settings: { a: 1 },
  instance: 'i',
};
const header = { sequence: 7, offset: 4_711, settings, watermark: 1_700_000_000_000 };

function state(bytes: number): Uint8Array {
  return Uint8Array.from({ length: bytes }, (_, i) => (i * 31) & 0xff);
}

describe('snapshot chunks', () => {
  test.each([0, 1, 879_999, 880_000, 880_001, 3_000_000])(
    'a state of %i bytes comes back as it was',
    (bytes) => {
      const assembler = new SnapshotAssembler();
      const chunks = writeSnapshotChunks(state(bytes), header);
      const found = chunks.map((chunk, i) => assembler.add(chunk, 100 + i));
      expect(found.slice(0, -1).every((snapshot) => snapshot === undefined)).toBe(true);
      expect(found.at(-1)).toEqual({ ...header, state: state(bytes), firstChunkOffset: 100 });
      expect(chunks.every((chunk) => isSnapshotChunk(chunk) && chunk.length < 900_000)).toBe(true);
    },
  );

  test('a snapshot without its last chunk is given up when another begins', () => {
    const assembler = new SnapshotAssembler();
    const [first] = writeSnapshotChunks(state(2_000_000), header);
    expect(assembler.add(first!, 1)).toBeUndefined();
    const [whole] = writeSnapshotChunks(state(10), { ...header, sequence: 8 });
    expect(assembler.add(whole!, 5)?.sequence).toBe(8);
  });

  test('a last chunk alone makes no snapshot', () => {
    const chunks = writeSnapshotChunks(state(2_000_000), header);
    expect(new SnapshotAssembler().add(chunks.at(-1)!, 1)).toBeUndefined();
  });

  test('a damaged chunk is refused with its place', () => {
    const [chunk] = writeSnapshotChunks(state(1_000), header);
    chunk![chunk!.length - 1]! ^= 1;
    expect(() => new SnapshotAssembler().add(chunk!, 42)).toThrow(/journal offset 42: checksum/);
  });
});
