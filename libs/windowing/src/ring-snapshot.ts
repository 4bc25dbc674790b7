import { type KeyRings, RING } from './key-rings.ts';
import type { SnapshotReader, SnapshotWriter } from './snapshot-bytes.ts';
import { CURSOR, type WindowCursor } from './window-cursor.ts';

const { HEAD, TAIL } = RING;
const { FIRST, MID, HIGH } = CURSOR;

/** Every key that has entries, with the first `width` cells of each. */
export function snapshotRings(writer: SnapshotWriter, rings: KeyRings, width: number): void {
  const keys = rings.keys();
  writer.number(keys.length);
  for (const key of keys) {
    const ring = rings.ring(key);
    const tail = rings.ints[ring + TAIL]!;
    writer.number(key);
    writer.number(tail - rings.ints[ring + HEAD]!);
    for (let position = rings.ints[ring + HEAD]!; position < tail; position++) {
      const at = rings.at(ring, position);
      writer.numbers(rings.cells.subarray(at, at + width));
    }
  }
}

/** Into empty rings; positions start at 0. */
export function restoreRings(reader: SnapshotReader, rings: KeyRings, width: number): void {
  for (let keys = reader.number(); keys > 0; keys--) {
    const ring = rings.ring(reader.number());
    for (let length = reader.number(); length > 0; length--) {
      const at = rings.append(ring);
      for (let i = 0; i < width; i++) rings.cells[at + i] = reader.number();
    }
  }
}

/** Whether there is a cursor, and its place in each ring, counted from the head as it will be after restoring. */
export function snapshotCursor(writer: SnapshotWriter, rings: KeyRings, cursor?: WindowCursor): void {
  writer.number(cursor === undefined ? 0 : 1);
  if (cursor === undefined) return;
  for (const key of rings.keys()) {
    const ring = rings.ring(key);
    const head = rings.ints[ring + HEAD]!;
    const own = ring + cursor.intsAt;
    const high = rings.ints[own + HIGH]! - head;
    // Entries below the head are gone and never asked for: which of them were known makes no difference.
    writer.number(high > 0 ? 1 : 0);
    if (high <= 0) continue;
    writer.numbers([
      Math.max(rings.ints[own + FIRST]! - head, 0),
      Math.max(rings.ints[own + MID]! - head, -1),
      high,
    ]);
  }
}

/** Into restored rings. Without a cursor, what was there before settings changed is only read over. */
export function restoreCursor(reader: SnapshotReader, rings: KeyRings, cursor?: WindowCursor): void {
  if (reader.number() === 0) return;
  for (const key of rings.keys()) {
    if (reader.number() === 0) continue;
    const [first, mid, high] = [reader.number(), reader.number(), reader.number()];
    cursor?.restore(rings.ring(key), first, mid, high);
  }
}
