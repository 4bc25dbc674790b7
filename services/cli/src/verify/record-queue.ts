import type { RecordCopy } from './record-copy.ts';

/** The records of one side of an alignment that are not done with, and how far in its sequence they begin. */
export class RecordQueue {
  readonly records: RecordCopy[] = [];
  /** Place of the head in the whole sequence. */
  headIndex = 0;
  /** Highest input offset that a shifted record rests on; -1 before the first. */
  highestInput = -1;

  get head(): RecordCopy | undefined {
    return this.records[0];
  }

  get length(): number {
    return this.records.length;
  }

  push(record: RecordCopy): void {
    this.records.push(record);
  }

  /** Takes the head away. @returns its index */
  shift(): number {
    const { inputOffset } = this.records.shift()!.identity;
    if (inputOffset > this.highestInput) this.highestInput = inputOffset;
    return this.headIndex++;
  }

  /** Counts a record that is done with before it came here. @returns its index */
  pass(): number {
    return this.headIndex++;
  }

  /** Takes one out of the middle. */
  remove(at: number): RecordCopy {
    this.headIndex++;
    return this.records.splice(at, 1)[0]!;
  }
}
