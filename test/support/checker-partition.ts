import {
  checkCounts,
  countsOf,
  type JournalCommit,
  type JournalEntry,
  readJournal,
} from './checker-journal.ts';
import type { Problems } from './checker-problems.ts';
import { ResultCheck } from './checker-results.ts';
import { checkDeadLetters, checkLate, type ExpectedDeadLetter } from './checker-side.ts';
import type { CheckSettings, LogRecord, PartitionLogs } from './checker-types.ts';
import type { Json } from './checker-wire.ts';
import { readPrice } from './price-oracle.ts';
import { type OracleCounts, type OracleLate, type OracleResult, WindowOracle } from './window-oracle.ts';

interface PartitionOptions {
  inputTopic: string;
  settings?: CheckSettings;
  allowUnprocessed?: boolean;
}

/** Follows one partition's journal, entry by entry, with the oracles beside it. */
export class PartitionCheck {
  readonly #logs: PartitionLogs;
  readonly #options: PartitionOptions;
  readonly #problems: Problems;
  readonly #where: string;
  readonly #results: ResultCheck;
  readonly #late: OracleLate[] = [];
  readonly #deadLetters: ExpectedDeadLetter[] = [];
  #settings: CheckSettings | undefined;
  #oracle: WindowOracle | undefined;
  /** Index of the next input record. */
  #next = 0;

  constructor(logs: PartitionLogs, options: PartitionOptions, problems: Problems) {
    this.#logs = logs;
    this.#options = options;
    this.#problems = problems;
    this.#where = `partition ${logs.partition}`;
    this.#results = new ResultCheck(this.#where, problems);
  }

  run(): void {
    const { averages, late, deadLetters, journal, partition } = this.#logs;
    const { seen } = this.#problems;
    const entries = readJournal(`${this.#where} journal`, journal, this.#problems);
    this.#begin(entries);
    for (const entry of entries) {
      if (entry.type === 'settings') this.#changeSettings(entry.settings);
      else this.#follow(entry);
    }
    this.#checkEnd();
    this.#results.compare(averages);
    checkLate(this.#where, this.#late, late, this.#problems);
    const place = {
      where: this.#where,
      inputTopic: this.#options.inputTopic,
      partition,
      problems: this.#problems,
    };
    checkDeadLetters(place, this.#deadLetters, deadLetters);
    this.#checkSums(entries);
    seen.partitions += 1;
    seen.results += averages.length;
    seen.late += late.length;
    seen.deadLetters += deadLetters.length;
  }

  /** Records before the start are nobody's; a trimmed journal's first records have no entries, but count in its totals. */
  #begin(entries: JournalEntry[]): void {
    const first = entries.find((entry) => entry.type === 'commit');
    const opening = entries.find((entry) => entry.type === 'settings');
    this.#changeSettings(this.#options.settings ?? opening?.settings);
    if (first === undefined) return;
    const startOffset = first.sequence === 1 ? first.from : (opening?.startOffset ?? 0);
    if (first.sequence === 1 && opening !== undefined && opening.startOffset !== first.from) {
      const text = `entry 1 starts at ${first.from}, the settings at ${opening.startOffset}`;
      this.#problems.add('journal', `${this.#where} ${text}`);
    }
    while (this.#peek(startOffset) !== undefined) this.#next += 1;
    if (first.sequence > 1) this.#feed(first.from);
  }

  #changeSettings(settings: CheckSettings | undefined): void {
    if (settings === undefined) return;
    this.#settings = this.#options.settings ?? settings;
    if (this.#oracle === undefined) this.#oracle = new WindowOracle(this.#settings);
    else this.#oracle.changeSettings(this.#settings);
  }

  #follow(entry: JournalCommit): void {
    const oracle = this.#oracle;
    if (oracle === undefined) return;
    this.#problems.seen.journalEntries += 1;
    const before = { ...oracle.counts };
    const fromIndex = this.#next;
    this.#feed(entry.next);
    this.#checkSilence(entry, oracle);
    const stretch = subtract(oracle.counts, before);
    checkCounts(this.#where, entry, stretch, oracle.counts, this.#problems);
    this.#checkAppendTimes(entry, this.#logs.input.slice(fromIndex, this.#next));
  }

  /** Runs the input up to an offset through the oracles. */
  #feed(toOffset: number): void {
    for (let record = this.#peek(toOffset); record !== undefined; record = this.#peek(toOffset)) {
      this.#next += 1;
      this.#problems.seen.read += 1;
      this.#process(record);
    }
  }

  #process(record: LogRecord): void {
    const { offset, key, value, timestampMs } = record;
    const appendTimeMs = record.isLogAppendTime ? timestampMs : null;
    const price = readPrice(this.#settings!, key, value, timestampMs);
    const isBad = 'reason' in price;
    const event = isBad ? { offset, appendTimeMs, bad: true as const } : { offset, appendTimeMs, ...price };
    const step = this.#oracle!.step(event);
    this.#expect(step.results);
    if (step.late !== null) this.#late.push(step.late);
    if (isBad) this.#deadLetters.push({ input: record, reason: price.reason });
    else if (step.verdict === 'too_many_keys')
      this.#deadLetters.push({ input: record, reason: step.verdict });
  }

  #expect(results: OracleResult[]): void {
    this.#results.expect(results, this.#settings!.aggregates);
  }

  /** A watermark above what the records give is a silence that was seen live: it must be one that the formula allows. */
  #checkSilence(entry: JournalCommit, oracle: WindowOracle): void {
    const { watermarkMs, sequence } = entry;
    const given = oracle.watermarkMs;
    if (watermarkMs === given) return;
    const what = `${this.#where} entry ${sequence}: watermark ${watermarkMs}, the records give ${given}`;
    if (!(watermarkMs > given)) {
      this.#problems.add('journal', what);
      return;
    }
    const { seen } = this.#problems;
    seen.silences += 1;
    const neededMs = oracle.silenceNeededFor(watermarkMs);
    if (neededMs === null) {
      this.#problems.add('journal', `${what}, and silence could give at most ${oracle.cap() ?? given}`);
    } else {
      // Nobody can know that nothing was appended before a time that has not come.
      if (entry.timestampMs !== null && neededMs > entry.timestampMs) {
        this.#problems.add(
          'journal',
          `${what}: needs silence until ${neededMs}, but was written at ${entry.timestampMs}`,
        );
      }
      const next = this.#logs.input[this.#next];
      if (next?.isLogAppendTime && next.timestampMs! < neededMs) seen.silencesContradicted += 1;
    }
    this.#expect(oracle.step({ liveSilence: watermarkMs }).results);
  }

  #checkAppendTimes(entry: JournalCommit, stretch: LogRecord[]): void {
    const times = stretch.filter((record) => record.isLogAppendTime).map((record) => record.timestampMs!);
    const wanted =
      times.length === 0
        ? [null, null]
        : [times.reduce((a, b) => Math.min(a, b)), times.reduce((a, b) => Math.max(a, b))];
    const found = JSON.stringify([
      entry.json['append_time_min'] ?? null,
      entry.json['append_time_max'] ?? null,
    ]);
    if (found === JSON.stringify(wanted)) return;
    this.#problems.add(
      'journal',
      `${this.#where} entry ${entry.sequence}: append times ${found}, wanted ${JSON.stringify(wanted)}`,
    );
  }

  #checkEnd(): void {
    const left = this.#logs.input.length - this.#next;
    if (left === 0) return;
    this.#problems.seen.unprocessed += left;
    if (this.#options.allowUnprocessed) return;
    const from = this.#logs.input[this.#next]!.offset;
    this.#problems.add(
      'unprocessed',
      `${this.#where}: ${left} input records from offset ${from} are in no journal entry`,
    );
  }

  /** The topics' own sums, without any oracle. */
  #checkSums(entries: JournalEntry[]): void {
    const last = entries.findLast((entry) => entry.type === 'commit');
    const [, , partlyLate, late, deadLettered, results] =
      last === undefined ? [0, 0, 0, 0, 0, 0] : countsOf((last.json['totals'] ?? {}) as Json);
    const { averages, late: lateRecords, deadLetters } = this.#logs;
    const sums: [string, number, number][] = [
      ['averages', averages.length, results!],
      ['late records', lateRecords.length, late! + partlyLate!],
      ['dead letters', deadLetters.length, deadLettered!],
    ];
    for (const [name, found, wanted] of sums) {
      if (found !== wanted)
        this.#problems.add('journal', `${this.#where}: ${found} ${name}, the totals say ${wanted}`);
    }
  }

  /** The next input record, if it lies below an offset. */
  #peek(toOffset: number): LogRecord | undefined {
    const record = this.#logs.input[this.#next];
    return record !== undefined && record.offset < toOffset ? record : undefined;
  }
}

function subtract(after: OracleCounts, before: OracleCounts): OracleCounts {
  return {
    read: after.read - before.read,
    averaged: after.averaged - before.averaged,
    partlyLate: after.partlyLate - before.partlyLate,
    late: after.late - before.late,
    deadLettered: after.deadLettered - before.deadLettered,
    results: after.results - before.results,
  };
}
