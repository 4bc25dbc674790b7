import { AGGREGATE, addRecord, clearAggregate, combine } from './aggregate.ts';
import { RECORD } from './record-cells.ts';

const { TIME, VALUE } = RECORD;

/** One ring entry per open session: first and last event time, both inside, and what its records add up to. */
export const SESSION = {
  FIRST: 0,
  LAST: 1,
  COUNT: 2,
  EARLIEST: 3,
  LATEST: 4,
  VALUES: 5,
  /** How many cells there are, those of the aggregate included. */
  CELLS: 5 + AGGREGATE.CELLS,
} as const;
const { FIRST, LAST, COUNT, EARLIEST, LATEST, VALUES } = SESSION;

/** Begins a session with a record that is yet to be added. */
export function openSession(cells: Float64Array, at: number, record: Float64Array): void {
  cells[at + FIRST] = record[TIME]!;
  cells[at + LAST] = record[TIME]!;
  cells[at + COUNT] = 0;
  clearAggregate(cells, at + VALUES);
}

/** Offsets ascend: a record goes behind those of its own time. */
export function addToSession(cells: Float64Array, at: number, record: Float64Array): void {
  const timeMs = record[TIME]!;
  const isFirst = cells[at + COUNT] === 0;
  if (isFirst || timeMs < cells[at + FIRST]!) {
    cells[at + FIRST] = timeMs;
    cells[at + EARLIEST] = record[VALUE]!;
  }
  if (isFirst || timeMs >= cells[at + LAST]!) {
    cells[at + LAST] = timeMs;
    cells[at + LATEST] = record[VALUE]!;
  }
  cells[at + COUNT]! += 1;
  addRecord(cells, at + VALUES, at + VALUES, record, 0);
}

/** Takes up the session after it: all of its records are later. */
export function joinSessions(cells: Float64Array, to: number, from: number): void {
  cells[to + LAST] = cells[from + LAST]!;
  cells[to + LATEST] = cells[from + LATEST]!;
  cells[to + COUNT]! += cells[from + COUNT]!;
  combine(cells, to + VALUES, cells, to + VALUES, cells, from + VALUES);
}
