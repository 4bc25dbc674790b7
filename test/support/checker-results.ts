import { differences } from './checker-numbers.ts';
import type { Problems } from './checker-problems.ts';
import type { LogRecord } from './checker-types.ts';
import { type Json, readObject, readText } from './checker-wire.ts';
import type { OracleResult } from './window-oracle-types.ts';

interface Expected {
  result: OracleResult;
  /** Which of the definitions' settings were in force. */
  aggregates: string[];
  /** Position among the results of its symbol and definition. */
  place: number;
  seen: number;
}

const HEAD = ['symbol', 'window', 'window_start', 'window_end'];
const TAIL = ['revision', 'is_final', 'input_offset', 'schema_version'];
/** Order on the wire; all but the count may be left out. */
const AGGREGATES = ['average', 'record_count', 'total', 'minimum', 'maximum', 'earliest', 'latest', 'stddev'];

/** Compares one partition's averages with what the oracle gives. */
export class ResultCheck {
  readonly #where: string;
  readonly #problems: Problems;
  readonly #expected = new Map<string, Expected>();
  readonly #places = new Map<string, number>();

  constructor(where: string, problems: Problems) {
    this.#where = where;
    this.#problems = problems;
  }

  expect(results: OracleResult[], aggregates: string[]): void {
    for (const result of results) {
      const series = JSON.stringify([result.symbol, result.window]);
      const place = this.#places.get(series) ?? 0;
      this.#places.set(series, place + 1);
      const { symbol, window, windowStart, windowEnd, revision } = result;
      const name = JSON.stringify([symbol, window, windowStart, windowEnd, revision]);
      this.#expected.set(name, { result, aggregates, place, seen: 0 });
    }
  }

  compare(averages: LogRecord[]): void {
    const lastPlaces = new Map<string, number>();
    const revisions = new Map<string, Revisions>();
    for (const record of averages) {
      const read = readObject(record.value, null);
      if (read === null) {
        this.#problems.add(
          'unexplained result',
          `${this.#where} averages offset ${record.offset}: no JSON object`,
        );
        continue;
      }
      const { json } = read;
      this.#noteRevision(revisions, json);
      const expected = this.#expected.get(nameOf(json));
      if (expected === undefined) {
        this.#problems.add(
          'unexplained result',
          `${this.#where} ${title(json)}: no window has this revision`,
        );
        continue;
      }
      expected.seen += 1;
      if (expected.seen > 1)
        this.#problems.add('doubled result', `${this.#where} ${title(json)}: ${expected.seen} times`);
      else this.#checkOrder(lastPlaces, json, expected);
      this.#checkFields(record, json, expected);
    }
    this.#reportLost();
    this.#reportRevisions(revisions);
  }

  #checkFields(record: LogRecord, json: Json, expected: Expected): void {
    const { result, aggregates } = expected;
    const fields = [
      ...HEAD,
      ...AGGREGATES.filter((name) => name === 'record_count' || aggregates.includes(name)),
      ...TAIL,
    ];
    const faults = differences(json, result, aggregates);
    const fault = readObject(record.value, fields)?.fault;
    if (fault) faults.push(fault);
    if (readText(record.key) !== result.symbol)
      faults.push(`record key ${JSON.stringify(readText(record.key))}`);
    if (faults.length > 0)
      this.#problems.add('wrong result', `${this.#where} ${title(json)}: ${faults.join('; ')}`);
  }

  #checkOrder(lastPlaces: Map<string, number>, json: Json, { place }: Expected): void {
    const series = JSON.stringify([json['symbol'], json['window']]);
    const last = lastPlaces.get(series) ?? -1;
    if (place < last)
      this.#problems.add(
        'order',
        `${this.#where} ${title(json)}: comes after a later result of its symbol and definition`,
      );
    lastPlaces.set(series, Math.max(place, last));
  }

  #reportLost(): void {
    for (const { result, seen } of this.#expected.values()) {
      if (seen > 0) continue;
      const { symbol, window, windowStart, windowEnd, revision, isFinal, count, inputOffset } = result;
      this.#problems.add(
        'lost result',
        `${this.#where} ${symbol} ${window} ${windowStart}..${windowEnd} revision ${revision}${isFinal ? ' final' : ''}: ${count} records up to input offset ${inputOffset}`,
      );
    }
  }

  #noteRevision(all: Map<string, Revisions>, json: Json): void {
    const { symbol, window, window_start, window_end, revision, is_final } = json;
    const name = JSON.stringify([symbol, window, window_start, window_end]);
    const seen = all.get(name) ?? { title: title(json), highest: 0, distinct: new Set(), hasFinal: false };
    all.set(name, seen);
    if (seen.hasFinal) this.#problems.add('result after the final', `${this.#where} ${title(json)}`);
    if (is_final === true) seen.hasFinal = true;
    if (typeof revision !== 'number') return;
    seen.distinct.add(revision);
    seen.highest = Math.max(seen.highest, revision);
  }

  #reportRevisions(all: Map<string, Revisions>): void {
    for (const { title: window, highest, distinct } of all.values()) {
      if (distinct.size === highest) continue;
      const revisions = [...distinct].join(', ');
      this.#problems.add(
        'revision gap',
        `${this.#where} window of ${window}: revisions ${revisions}, wanted 1 to ${highest}`,
      );
    }
  }
}

interface Revisions {
  title: string;
  highest: number;
  distinct: Set<number>;
  hasFinal: boolean;
}

function nameOf({ symbol, window, window_start, window_end, revision }: Json): string {
  return JSON.stringify([symbol, window, window_start, window_end, revision]);
}

function title(json: Json): string {
  const { symbol, window, window_start, window_end, revision } = json;
  return [symbol, window, window_start, window_end, 'revision', revision].map(String).join(' ');
}
