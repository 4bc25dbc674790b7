import fc from 'fast-check';
import { expect, test } from 'vitest';
import { priceFactory } from '../../libs/averages/src/price-factory.ts';
import { checkRecords } from './checker-records.ts';
import { seededRandom } from './data-random.ts';
import { asLog, INPUT_TOPIC } from './engine-bytes.ts';
import { hostilePartition, hostileSettings } from './engine-hostile.ts';
import { atScale, timeLimits } from './engine-scale.ts';
import { anyKind } from './engine-scenarios.ts';
import { asJournal, commitEntry, commitStretch, isDone, newPartition, nextStop } from './engine-task.ts';
import type { OracleDefinition } from './window-oracle.ts';

const RECORDS_MIN = atScale(10_000, 100_000);
const RECORDS_EACH = 200;
const LIMITS = timeLimits();
const source = { topic: INPUT_TOPIC, onSilenceContradicted() {}, onNoAppendTime() {} };
const pool = fc.uniqueArray(anyKind(25), { minLength: 2, maxLength: 6, selector: ({ name }) => name });

// settings   a, b │ c, a │ b, c, a │ …     each change at a commit, any number of windows open
test(
  'definitions added, removed, reordered and sent otherwise, and other limits: what the checker recomputes',
  () => {
    let records = 0;
    let changes = 0;
    const property = fc.property(pool, fc.noShrink(fc.nat()), fc.boolean(), (definitions, chance, isLog) => {
      const random = seededRandom(chance);
      const input = hostilePartition(0, RECORDS_EACH, isLog, random);
      const partition = newPartition(input, []);
      // One that is removed does not come back: its windows would, with the identities that they had.
      let left = definitions;
      let present = chosen(left, random);
      const first = hostileSettings(present, random);
      let factory = priceFactory(first, source);
      let processor = factory.create(factory.settings, 0);
      const journal: object[] = [{ type: 'settings', start_offset: 0, settings: first }];
      while (!isDone(partition)) {
        commitStretch(partition, processor, Math.min(nextStop(partition), partition.position + 30), random);
        journal.push(commitEntry(partition.entries.at(-1)!, partition.entries.length - 1, partition.entries));
        if (random() < 0.5) continue;
        // A larger grace would open closed windows again for the oracle, which has no memory of what was closed.
        const { graceMs } = first;
        const wanted = chosen(left, random);
        left = left.filter(({ name }) => !isAmong(present, name) || isAmong(wanted, name));
        present = wanted;
        const settings = { ...hostileSettings(present, random), graceMs };
        factory = priceFactory(settings, source);
        if (random() < 0.5) processor = factory.convert(processor, factory.settings, 0);
        else {
          const before = priceFactory(processor.settings, source);
          const restored = before.restore(before.settings, 0, processor.snapshot());
          processor = factory.convert(restored, factory.settings, 0);
        }
        journal.push({ type: 'settings', start_offset: 0, settings });
        changes++;
      }
      const [averages, late, deadLetters] = partition.outputs;
      const logs = { partition: 0, input: asLog(input), averages, late, deadLetters };
      const report = checkRecords({
        inputTopic: INPUT_TOPIC,
        partitions: [{ ...logs, journal: asJournal(journal) }],
      });
      expect(report.problems).toEqual([]);
      records += report.counts.read;
    });
    fc.assert(property, { numRuns: Math.ceil(RECORDS_MIN / RECORDS_EACH), ...LIMITS.property });
    expect(records).toBeGreaterThanOrEqual(RECORDS_MIN);
    expect(changes).toBeGreaterThan(RECORDS_MIN / 100);
  },
  LIMITS.testMs,
);

function isAmong(definitions: OracleDefinition[], name: string): boolean {
  return definitions.some((definition) => definition.name === name);
}

/** Some of them, in any order, each sent in any way. */
function chosen(definitions: OracleDefinition[], random: () => number): OracleDefinition[] {
  const shuffled = definitions.toSorted(() => random() - 0.5);
  const emits = ['updates', 'final', 'both'] as const;
  return shuffled.slice(0, 1 + Math.floor(random() * shuffled.length)).map((definition) => {
    if (definition.kind === 'session' || random() < 0.7) return definition;
    return { ...definition, emit: emits[Math.floor(random() * 3)]! };
  });
}
