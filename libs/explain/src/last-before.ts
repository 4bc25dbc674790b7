import type { RecordCursor } from '@meanwhile/kafka';
import type { PartitionLog, Stretch } from './partition-log.ts';

/** Where a record stands to what is looked for; `mark` is kept of it. undefined: it does not tell. */
export type Side<T> = { isBefore: boolean; mark: T } | undefined;

/** From here on reading is cheaper than halving: about what one small fetch brings. */
const STRETCH_READ = 128;
/** Records without a say (parts of snapshots among journal entries) that are passed over at one place. */
const PASSED_OVER_MAX = 2_000;

/**
 * The last record found that stands before what is looked for, by halving; undefined for none. Where `sideOf` is right about each
 * record by itself, reading on from the result misses nothing, in whatever order the others stand: order only makes it close.
 */
export async function lastBefore<T>(
  log: PartitionLog,
  stretch: Stretch,
  sideOf: (record: RecordCursor) => Side<T>,
): Promise<{ offset: number; mark: T } | undefined> {
  let { from, to } = stretch;
  let found: { offset: number; mark: T } | undefined;
  while (to - from > STRETCH_READ && !log.isSpent) {
    const middle = from + Math.floor((to - from) / 2);
    const told = await firstThatTells(log, { ...stretch, from: middle, to }, sideOf);
    if (told?.isBefore !== true) {
      to = middle;
      continue;
    }
    found = { offset: told.offset, mark: told.mark };
    from = told.offset + 1;
  }
  await log.look({ ...stretch, from, to }, (record) => {
    const side = sideOf(record);
    if (side?.isBefore === true) found = { offset: record.offset, mark: side.mark };
    return side === undefined || side.isBefore;
  });
  return found;
}

async function firstThatTells<T>(
  log: PartitionLog,
  stretch: Stretch,
  sideOf: (record: RecordCursor) => Side<T>,
): Promise<{ offset: number; isBefore: boolean; mark: T } | undefined> {
  let told: { offset: number; isBefore: boolean; mark: T } | undefined;
  let passed = 0;
  await log.look(stretch, (record) => {
    const side = sideOf(record);
    if (side !== undefined) told = { offset: record.offset, ...side };
    return told === undefined && ++passed < PASSED_OVER_MAX;
  });
  return told;
}
