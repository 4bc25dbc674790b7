import { RecordCursor, readRange } from '@meanwhile/kafka';
import type { AlignmentSink } from './alignment-sink.ts';
import { describeRecord, differencesOf } from './describe.ts';
import type { RecordKind } from './identity.ts';
import type { Problem, Problems } from './problems.ts';
import { RecordCopy } from './record-copy.ts';
import type { VerifyLog } from './verify-log.ts';

/** Extra records that are kept to look for their twins. */
const EXTRAS_MAX = 10_000;

/** Names what an alignment finds in one output of a partition. */
export class OutputFindings implements AlignmentSink {
  readonly #output: { topic: string; partition: number; kind: RecordKind; judgedEnd: number };
  readonly #problems: Problems;
  readonly #extras: RecordCopy[] = [];
  /** Offset from which the output was read. */
  readFrom = 0;
  #gone = 0;

  /** @param output `judgedEnd`: from here on records may belong to entries that were written after the journal was looked at */
  constructor(
    output: { topic: string; partition: number; kind: RecordKind; judgedEnd: number },
    problems: Problems,
  ) {
    this.#output = output;
    this.#problems = problems;
  }

  /** Recomputed records that the topic no longer keeps. */
  get goneCount(): number {
    return this.#gone;
  }

  wrong(expected: RecordCopy, found: RecordCopy): void {
    this.#add('wrong', found, differencesOf(this.#output.kind, expected, found));
  }

  order(found: RecordCopy): void {
    this.#add('order', found, `stands in another place than it was computed: ${describeRecord(found)}`);
  }

  lost(expected: RecordCopy, beforeOffset: number | null): void {
    this.#add('lost', expected, `wanted ${describeRecord(expected)}`, beforeOffset);
  }

  extra(found: RecordCopy, isAfterAll: boolean): void {
    if (isAfterAll && found.offset >= this.#output.judgedEnd) return;
    if (this.#extras.length < EXTRAS_MAX) this.#extras.push(found);
    else this.#add('unexplained', found, `found ${describeRecord(found)}`);
  }

  gone(): void {
    this.#gone++;
  }

  /** A record that nobody computed is a double if the topic has another of the same identity, else nothing explains it. */
  async explainExtras(log: VerifyLog): Promise<void> {
    if (this.#extras.length === 0) return;
    const twins = await this.#findTwins(log);
    for (const extra of this.#extras) {
      const twin = twins.get(extra.offset);
      const text = describeRecord(extra);
      if (twin === undefined) this.#add('unexplained', extra, `found ${text}`);
      else this.#add('doubled', extra, `is at offset ${twin} too: ${text}`);
    }
  }

  /** By the offset of each extra that has one. */
  async #findTwins(log: VerifyLog): Promise<Map<number, number>> {
    const { topic, partition, kind } = this.#output;
    const twins = new Map<number, number>();
    const extras = Map.groupBy(this.#extras, ({ identity }) => identity.id);
    const extraOffsets = new Set(this.#extras.map(({ offset }) => offset));
    const cursor = new RecordCursor();
    // A double follows its twin; a record that is doubled before its time does not.
    const toOffset = await log.offset(topic, partition, 'stable');
    for await (const chunk of readRange(log.reader, {
      topic,
      partition,
      fromOffset: this.readFrom,
      toOffset,
    })) {
      cursor.load(chunk);
      while (cursor.next()) {
        const record = RecordCopy.of(kind, cursor);
        for (const { offset } of extras.get(record.identity.id) ?? []) {
          const isTwin =
            record.offset < offset || (record.offset > offset && !extraOffsets.has(record.offset));
          if (isTwin && !twins.has(offset)) twins.set(offset, record.offset);
        }
      }
    }
    return twins;
  }

  #add(kind: Problem['kind'], record: RecordCopy, text: string, offset: number | null = record.offset): void {
    const { topic, partition } = this.#output;
    this.#problems.add({ kind, topic, partition, offset, ...record.identity.fields, text });
  }
}
