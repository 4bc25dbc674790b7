import fc from 'fast-check';
import { expect, test } from 'vitest';
import { priceFactory } from '../../libs/averages/src/price-factory.ts';
import { checkRecords } from './checker-records.ts';
import type { CheckSettings, LogRecord } from './checker-types.ts';
import { seededRandom } from './data-random.ts';
import { asLog, INPUT_TOPIC } from './engine-bytes.ts';
import { hostilePartition, hostileSettings } from './engine-hostile.ts';
import { bytesOf } from './engine-outbox.ts';
import { atScale, timeLimits } from './engine-scale.ts';
import { anyKind } from './engine-scenarios.ts';
import {
  asJournal,
  type CommittedPartition,
  commitEntry,
  commitStretch,
  isDone,
  newPartition,
  nextStop,
  restore,
  type ScriptedSilence,
  takeSnapshot,
} from './engine-task.ts';
import type { OracleDefinition } from './window-oracle.ts';

const RECORDS_MIN = atScale(20_000, 200_000);
const RECORDS_EACH = 150;
const RUNS = Math.ceil(RECORDS_MIN / RECORDS_EACH);
const LIMITS = timeLimits();
const source = { topic: INPUT_TOPIC, onSilenceContradicted() {}, onNoAppendTime() {} };

const definitions = fc.uniqueArray(anyKind(25), {
  minLength: 1,
  maxLength: 4,
  selector: ({ name }) => name,
});
const seed = fc.noShrink(fc.nat());

test(
  'raw batches to raw results: what the checker recomputes with the oracles, nothing lost, doubled or out of order',
  () => {
    const seen = { read: 0, results: 0, late: 0, deadLetters: 0, silences: 0 };
    const property = fc.property(definitions, seed, fc.boolean(), (windows, chance, isLogAppendTime) => {
      const random = seededRandom(chance);
      const settings = hostileSettings(windows, random);
      const partition = makePartition(0, isLogAppendTime, random);
      runAlone(partition, settings, random);
      const report = checkRecords({
        inputTopic: INPUT_TOPIC,
        partitions: [
          {
            partition: 0,
            input: asLog(partition.input),
            averages: partition.outputs[0],
            late: partition.outputs[1],
            deadLetters: partition.outputs[2],
            journal: journalOf(partition, settings),
          },
        ],
      });
      expect(report.problems).toEqual([]);
      for (const name of Object.keys(seen) as (keyof typeof seen)[]) seen[name] += report.counts[name];
    });
    fc.assert(property, { numRuns: RUNS, ...LIMITS.property });
    expect(seen.read).toBeGreaterThanOrEqual(RECORDS_MIN);
    // Each of them has been put to the test.
    for (const [name, count] of Object.entries(seen))
      expect(count, name).toBeGreaterThan(RECORDS_MIN / 1_000);
  },
  LIMITS.testMs,
);

test(
  'byte for byte the same under any cut, crash, restore and number of replicas',
  () => {
    let records = 0;
    let restores = 0;
    const replicas = fc.integer({ min: 1, max: 4 });
    const property = fc.property(
      definitions,
      seed,
      replicas,
      fc.boolean(),
      (windows, chance, count, isLog) => {
        const random = seededRandom(chance);
        const settings = hostileSettings(windows, random);
        const wanted = [0, 1, 2].map((partition) => makePartition(partition, isLog, random));
        const found = wanted.map(({ input, silences }) => newPartition(input, silences));
        for (const partition of wanted) runAlone(partition, settings, random);
        restores += runOnReplicas(found, settings, count, random);
        found.forEach((partition, p) => {
          partition.outputs.forEach((output, o) => {
            expect(bytesOf(output), `partition ${p} output ${o}`).toEqual(bytesOf(wanted[p]!.outputs[o]!));
          });
          expect(partition.entries.at(-1)!.summary['totals']).toEqual(
            wanted[p]!.entries.at(-1)!.summary['totals'],
          );
          records += partition.input.records.length;
        });
      },
    );
    fc.assert(property, { numRuns: Math.ceil(RUNS / 3), ...LIMITS.property });
    expect(records).toBeGreaterThanOrEqual(RECORDS_MIN);
    expect(restores).toBeGreaterThan(RUNS);
  },
  LIMITS.testMs,
);

function makePartition(
  partition: number,
  isLogAppendTime: boolean,
  random: () => number,
): CommittedPartition {
  const input = hostilePartition(partition, RECORDS_EACH, isLogAppendTime, random);
  const silences: ScriptedSilence[] = [];
  for (let offset = 1; isLogAppendTime && offset <= RECORDS_EACH; offset++) {
    // Rarely so long that the next record contradicts it.
    const appendTimeMs = input.records[offset - 1]!.timestampMs + Math.floor(random() * 120);
    if (random() < 0.05 || offset === RECORDS_EACH) silences.push({ offset, appendTimeMs });
  }
  return newPartition(input, silences);
}

/** One process that nothing happens to. */
function runAlone(partition: CommittedPartition, settings: Settings, random: () => number): void {
  const factory = priceFactory(settings, source);
  const processor = factory.create(factory.settings, partition.input.partition);
  while (!isDone(partition)) commitStretch(partition, processor, nextStop(partition), random);
}

/** Partitions wander between replicas, cleanly or by a crash in mid-transaction. @returns how often one was restored */
function runOnReplicas(
  partitions: CommittedPartition[],
  settings: Settings,
  count: number,
  random: () => number,
): number {
  const factories = Array.from({ length: count }, () => priceFactory(settings, source));
  const restoreSomewhere = (partition: CommittedPartition) =>
    restore(partition, factories[Math.floor(random() * count)]!, random);
  const held = partitions.map(restoreSomewhere);
  let restores = 0;
  while (!partitions.every(isDone)) {
    const p = Math.floor(random() * partitions.length);
    const partition = partitions[p]!;
    if (isDone(partition)) continue;
    const stop = nextStop(partition);
    const to = Math.min(stop, partition.position + Math.floor(random() * 30));
    const isCrash = random() < 0.15;
    // What a crashed owner had read and not committed is read again by the next one.
    if (isCrash) commitStretch({ ...partition, ...draftOf(partition) }, held[p]!, to, random);
    else if (to > partition.position || to === stop) commitStretch(partition, held[p]!, to, random);
    if (!isCrash && random() < 0.3) takeSnapshot(partition, held[p]!);
    if (isCrash || random() < 0.1) {
      held[p] = restoreSomewhere(partition);
      restores++;
    }
  }
  return restores;
}

/** Outputs and journal of a transaction that nobody will commit. */
function draftOf({ outputs, entries }: CommittedPartition): Partial<CommittedPartition> {
  return { outputs: [[...outputs[0]], [...outputs[1]], [...outputs[2]]], entries: [...entries] };
}

type Settings = ReturnType<typeof hostileSettings<OracleDefinition[]>> & CheckSettings;

function journalOf({ entries }: CommittedPartition, settings: Settings): LogRecord[] {
  return asJournal([{ type: 'settings', start_offset: 0, settings }, ...entries.map(commitEntry)]);
}
