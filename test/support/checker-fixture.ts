import type { CheckSettings, LogHeader, LogRecord, PartitionLogs } from './checker-types.ts';
import { seededRandom } from './data-random.ts';
import { readPrice } from './price-oracle.ts';
import {
  type OracleCounts,
  type OracleLate,
  type OracleResult,
  type OracleStep,
  WindowOracle,
} from './window-oracle.ts';

export const fixtureSettings: CheckSettings = {
  windows: [
    { name: 'sliding-10s', kind: 'sliding', sizeMs: 10_000, stepMs: 0, emit: 'updates' },
    { name: 'tumbling-1m', kind: 'tumbling', sizeMs: 60_000, stepMs: 60_000, emit: 'both' },
    { name: 'session-5s', kind: 'session', sizeMs: 5000, stepMs: 0, emit: 'final' },
  ],
  graceMs: 5000,
  idleTimeoutMs: 5000,
  updateIntervalMs: 1000,
  maxAheadMs: 5000,
  maxKeys: 3,
  aggregates: ['average', 'total', 'minimum', 'maximum', 'earliest', 'latest', 'stddev'],
  valueField: 'price',
  timeField: 'timestamp',
  timeUnit: 'ms',
};

const START_MS = 1_700_000_000_000;
const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

/** The topics of a flawless run over one partition: disorder, late records, bad records, too many keys, a silence at the end. */
export function flawlessPartition(partition: number, inputTopic: string): PartitionLogs {
  const input = makeInput(seededRandom(partition + 1));
  const run = new FlawlessRun(partition, inputTopic);
  for (let from = 0; from < input.length; from += 40) run.stretch(input.slice(from, from + 40), null);
  run.stretch([], run.cap());
  return { ...run.logs, input };
}

function makeInput(random: () => number): LogRecord[] {
  let timeMs = START_MS;
  return Array.from({ length: 400 }, (_, index) => {
    timeMs += Math.floor(random() * 900);
    const behindMs = random() < 0.1 ? Math.floor(random() * 40_000) : 0;
    const symbol = `S${Math.floor(random() * 4)}`;
    const price = Math.round(random() * 1000) / 100;
    const isBad = index % 29 === 7;
    const value = isBad
      ? '{"price":"none"}'
      : JSON.stringify({ symbol, price, timestamp: timeMs - behindMs });
    // Offsets without a record (transaction markers) are no records.
    return record(index * 2, timeMs + 3, symbol, value, [{ key: 'trace', value: encode(`t-${index}`) }]);
  });
}

function record(
  offset: number,
  timestampMs: number,
  key: string,
  value: string,
  headers: LogHeader[] = [],
): LogRecord {
  return { offset, timestampMs, isLogAppendTime: true, key: encode(key), value: encode(value), headers };
}

/** What an aggregator without a fault would have written. */
class FlawlessRun {
  readonly logs: PartitionLogs;
  readonly #inputTopic: string;
  readonly #oracle = new WindowOracle(fixtureSettings);
  #sequence = 0;
  #next = 0;
  #appendMs = START_MS;

  constructor(partition: number, inputTopic: string) {
    this.#inputTopic = inputTopic;
    this.logs = { partition, input: [], averages: [], late: [], deadLetters: [], journal: [] };
    this.#journal({ type: 'settings', start_offset: 0, settings: fixtureSettings });
  }

  cap(): number | null {
    return this.#oracle.cap();
  }

  stretch(input: LogRecord[], liveSilence: number | null): void {
    const before = countsJson(this.#oracle.counts);
    for (const each of input) this.#process(each);
    if (liveSilence !== null) {
      this.#appendMs += 600_000;
      this.#write(this.#oracle.step({ liveSilence }));
    }
    const from = this.#next;
    if (input.length > 0) this.#next = input[input.length - 1]!.offset + 2;
    const totals = countsJson(this.#oracle.counts);
    const counts = Object.entries(totals).map(([name, count]) => [name, count - before[name]!]);
    this.#journal({
      type: 'commit',
      sequence: ++this.#sequence,
      from_offset: from,
      next_offset: this.#next,
      watermark: this.#oracle.watermarkMs,
      ...Object.fromEntries(counts),
      totals,
      append_time_min: input[0]?.timestampMs ?? null,
      append_time_max: input[input.length - 1]?.timestampMs ?? null,
      instance: 'fixture',
    });
  }

  #process(input: LogRecord): void {
    this.#appendMs = input.timestampMs!;
    const { offset, timestampMs } = input;
    const price = readPrice(fixtureSettings, input.key, input.value, timestampMs);
    const isBad = 'reason' in price;
    const step = this.#oracle.step(
      isBad
        ? { offset, appendTimeMs: timestampMs, bad: true }
        : { offset, appendTimeMs: timestampMs, ...price },
    );
    this.#write(step);
    if (isBad) this.#deadLetter(input, price.reason);
    else if (step.verdict === 'too_many_keys') this.#deadLetter(input, step.verdict);
  }

  #write(step: OracleStep): void {
    const { averages, late } = this.logs;
    for (const result of step.results) this.#append(averages, result.symbol, averageJson(result));
    if (step.late !== null) this.#append(late, step.late.symbol, lateJson(step.late));
  }

  #deadLetter(input: LogRecord, reason: string): void {
    const place = [this.#inputTopic, this.logs.partition, input.offset].map(String);
    const values = [reason, 'whatever helps people', ...place];
    const names = ['reason', 'detail', 'input_topic', 'input_partition', 'input_offset'];
    const headers = names.map((key, i) => ({ key, value: encode(values[i]!) }));
    const offset = this.logs.deadLetters.length;
    this.logs.deadLetters.push({ ...input, offset, headers: [...input.headers, ...headers] });
  }

  #journal(json: Record<string, unknown>): void {
    this.#append(this.logs.journal, String(json['type']), json);
  }

  #append(log: LogRecord[], key: string, json: Record<string, unknown>): void {
    log.push(record(log.length, this.#appendMs, key, JSON.stringify(json)));
  }
}

function averageJson(result: OracleResult): Record<string, unknown> {
  const { symbol, window, average, count, total, minimum, maximum, earliest, latest, stddev } = result;
  return {
    symbol,
    window,
    window_start: result.windowStart,
    window_end: result.windowEnd,
    average,
    record_count: count,
    total,
    minimum,
    maximum,
    earliest,
    latest,
    stddev,
    revision: result.revision,
    is_final: result.isFinal,
    input_offset: result.inputOffset,
    schema_version: 1,
  };
}

function lateJson(late: OracleLate): Record<string, unknown> {
  return {
    symbol: late.symbol,
    value: late.value,
    timestamp: late.timeMs,
    watermark: late.watermarkMs,
    late_by_ms: late.watermarkMs - late.timeMs,
    missed: late.missed,
    accepted: late.accepted,
    input_offset: late.inputOffset,
    schema_version: 1,
  };
}

function countsJson(counts: OracleCounts): Record<string, number> {
  const { read, averaged, partlyLate, late, deadLettered, results } = counts;
  return { read, averaged, partly_late: partlyLate, late, dead_lettered: deadLettered, results };
}
