import { priceFactory } from '@meanwhile/averages';
import { OffsetOutOfRangeError, readRange, StopError } from '@meanwhile/kafka';
import type { TopicNames } from '@meanwhile/records';
import { checkRecorded } from './check-recorded.ts';
import { Comparison } from './comparison.ts';
import { ExpectedOutbox, RECORD_KINDS } from './expected-outbox.ts';
import { FoundRecords } from './found-records.ts';
import { journalItems } from './journal-items.ts';
import { type JournalPlan, planJournal, readSnapshot } from './journal-plan.ts';
import { OutputFindings } from './output-findings.ts';
import { Problems } from './problems.ts';
import { replay } from './replay.ts';
import { chooseStart, type ReplayStart } from './replay-start.ts';
import { settledEnd, type VerifyLog } from './verify-log.ts';

export interface VerifyOptions {
  log: VerifyLog;
  inputTopic: string;
  names: TopicNames;
  partition: number;
  isFromSnapshot: boolean;
  onProgress: (progress: PartitionProgress) => void;
}

export interface PartitionProgress {
  records: number;
  /** 0 to 1 */
  share: number;
}

/** What was verified of a partition. */
export interface PartitionReport {
  partition: number;
  /** `nothing`: no journal entry yet. */
  from: 'beginning' | 'snapshot' | 'nothing';
  /** Input offsets, the second exclusive. */
  from_offset: number;
  to_offset: number;
  /** Input that no entry covers yet. */
  offsets_behind: number;
  entries: number;
  /** Of the entries, those that tell of a silence which was seen live. */
  silences: number;
  records: number;
  averages: number;
  late: number;
  dead_letters: number;
  /** Recomputed, but the topics no longer keep what was published. */
  no_longer_kept: number;
}

/** A retention or a trim may overtake a reader: it begins anew, a few times. */
const ATTEMPTS = 3;
/** Brokers' clocks differ by less; results of a time are looked for this far before it. */
const CLOCKS_DIFFER_MS = 10 * 60_000;

/**
 * Recomputes one partition along its journal and compares it with what is published.
 * @throws StopError when that cannot be done: input or journal are gone, or of another version
 */
export async function verifyPartition(options: VerifyOptions, problems: Problems): Promise<PartitionReport> {
  for (let attempt = 1; ; attempt++) {
    const found = new Problems();
    try {
      const report = await attemptPartition(options, found);
      problems.addAll(found);
      return report;
    } catch (error) {
      if (!(error instanceof OffsetOutOfRangeError)) throw error;
      if (attempt < ATTEMPTS) continue;
      throw new StopError(`partition ${options.partition}: ${error.message}, while it was being read`, {
        remedy:
          'records are being deleted faster than they can be read: run it again, or lengthen the retention',
        cause: error,
      });
    }
  }
}

async function attemptPartition(options: VerifyOptions, problems: Problems): Promise<PartitionReport> {
  const { log, inputTopic, names, partition } = options;
  const journal = { topic: names.journal, partition };
  const outputs = [names.averages, names.late, names.deadLetters];
  // In this order: all below the first ends is explained by the journal, all that the journal covers lies below the last ends.
  const judgedEnds = await Promise.all(outputs.map((topic) => log.offset(topic, partition, 'stable')));
  const journalEnd = await settledEnd(log, names.journal, partition);
  const ends = await Promise.all(outputs.map((topic) => settledEnd(log, topic, partition)));

  const plan = await planJournal(log, journal, journalEnd);
  for (const { offset, text } of plan.faults) problems.add({ kind: 'journal', ...journal, offset, text });
  const inputEarliest = await log.offset(inputTopic, partition, 'earliest');
  const inputEnd = await log.offset(inputTopic, partition, 'stable');
  await checkRecorded(options, plan, inputEnd);
  const where = `partition ${partition}`;
  const start = chooseStart(plan, inputEarliest, { where, isFromSnapshot: options.isFromSnapshot });

  const toOffset = plan.last?.nextOffset ?? start?.inputOffset ?? 0;
  const findings = outputs.map(
    (topic, output) =>
      new OutputFindings(
        { topic, partition, kind: RECORD_KINDS[output]!, judgedEnd: judgedEnds[output]! },
        problems,
      ),
  );
  const comparisons = await Promise.all(
    outputs.map((topic, output) =>
      compareOutput(
        { log, topic, partition, output, toOffset: ends[output]!, sink: findings[output]! },
        start,
      ),
    ),
  );
  for (const comparison of comparisons) await comparison.begin();
  const outbox = new ExpectedOutbox(comparisons);
  const fromOffset = start?.inputOffset ?? 0;
  const done = start
    ? await replayFrom(options, { start, plan, outbox, toOffset, problems })
    : { entries: 0, silences: 0, records: 0, position: 0 };
  for (const comparison of comparisons) await comparison.end();
  for (const finding of findings) await finding.explainExtras(log);
  return {
    partition,
    from: plan.entries === 0 || !start ? 'nothing' : start.snapshot ? 'snapshot' : 'beginning',
    from_offset: fromOffset,
    to_offset: Math.max(done.position, fromOffset),
    offsets_behind: Math.max(0, inputEnd - Math.max(done.position, fromOffset)),
    entries: done.entries,
    silences: done.silences,
    records: done.records,
    averages: outbox.counts[0]!,
    late: outbox.counts[1]!,
    dead_letters: outbox.counts[2]!,
    no_longer_kept: findings.reduce((sum, { goneCount }) => sum + goneCount, 0),
  };
}

async function replayFrom(
  options: VerifyOptions,
  o: { start: ReplayStart; plan: JournalPlan; outbox: ExpectedOutbox; toOffset: number; problems: Problems },
) {
  const { log, names, partition, inputTopic, onProgress } = options;
  const { start, plan, outbox, toOffset, problems } = o;
  const journal = { topic: names.journal, partition };
  const quiet = { topic: inputTopic, onSilenceContradicted() {}, onNoAppendTime() {} };
  const factory = priceFactory(start.settings as never, quiet);
  const processor = start.snapshot
    ? factory.restore(start.settings, partition, await readSnapshot(log, journal, start.snapshot))
    : factory.create(start.settings, partition);
  const journalFrom = start.snapshot?.firstOffset ?? plan.fromOffset;
  const all = Math.max(1, toOffset - start.inputOffset);
  return replay(journalItems(log, { ...journal, fromOffset: journalFrom, toOffset: plan.toOffset }), {
    log,
    inputTopic,
    partition,
    factory,
    processor,
    settings: start.settings,
    from: { position: start.inputOffset, sequence: start.sequence },
    toOffset,
    outbox,
    onFault: (offset, text) => problems.add({ kind: 'journal', ...journal, offset, text }),
    onProgress: (offset, records) => onProgress({ records, share: (offset - start.inputOffset) / all }),
  });
}

async function compareOutput(
  o: {
    log: VerifyLog;
    topic: string;
    partition: number;
    output: number;
    toOffset: number;
    sink: OutputFindings;
  },
  start: ReplayStart | undefined,
): Promise<Comparison> {
  const { log, topic, partition, toOffset, sink } = o;
  const earliest = await log.offset(topic, partition, 'earliest');
  const writtenMs = start?.snapshot?.appendTimeMs ?? -1;
  const near =
    writtenMs < 0 ? earliest : await log.offset(topic, partition, Math.max(0, writtenMs - CLOCKS_DIFFER_MS));
  const fromOffset = Math.min(Math.max(earliest, near), toOffset);
  const found = new FoundRecords(readRange(log.reader, { topic, partition, fromOffset, toOffset }), toOffset);
  sink.readFrom = fromOffset;
  return new Comparison({
    kind: RECORD_KINDS[o.output]!,
    found,
    sink,
    start: { foundBefore: start?.snapshot ? start.inputOffset : -1, isTruncated: earliest > 0 },
  });
}
