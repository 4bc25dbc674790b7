import { addRecord, clearAggregate } from './aggregate.ts';
import type { KeyRings } from './key-rings.ts';

/**
 * Gives each entry of [from, to) of a ring, at `slotAt` within it, the aggregate of the records from `mid` to itself:
 *
 *   entries   │ d    e   f │         mid ≤ from; those from mid up to `from` have theirs
 *   slots     │ d   de  def│
 */
export function extendFold(
  rings: KeyRings,
  ring: number,
  slotAt: number,
  mid: number,
  from: number,
  to: number,
): void {
  const { cells } = rings;
  for (let position = from; position < to; position++) {
    const at = rings.at(ring, position);
    const slot = at + slotAt;
    let before = slot;
    if (position > mid) before = rings.at(ring, position - 1) + slotAt;
    else clearAggregate(cells, slot);
    addRecord(cells, slot, before, cells, at);
  }
}
