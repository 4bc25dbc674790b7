import { type Aggregate, SCHEMA_VERSION } from './average.ts';
import type { ByteWriter } from './byte-writer.ts';

/** What a result says, as the windowing engine gives it; times in ms since the epoch. */
export interface AverageFields {
  /** Index into the writer's window names. */
  definition: number;
  startMs: number;
  endMs: number;
  count: number;
  total: number;
  average: number;
  minimum: number;
  maximum: number;
  earliest: number;
  latest: number;
  stddev: number;
  revision: number;
  isFinal: boolean;
  inputOffset: number;
}

/**
 * Writes results as JSON averages, in the contract's order of fields. What never changes stands ready as
 * bytes; the plain version is JSON.stringify of an Average.
 */
export class AverageWriter {
  /** Per window definition, from the symbol to its start. */
  readonly #windows: Uint8Array[];
  readonly #hasAverage: boolean;
  readonly #hasTotal: boolean;
  readonly #hasMinimum: boolean;
  readonly #hasMaximum: boolean;
  readonly #hasEarliest: boolean;
  readonly #hasLatest: boolean;
  readonly #hasStddev: boolean;

  constructor(options: { windowNames: string[]; aggregates: Aggregate[] }) {
    this.#windows = options.windowNames.map((name) =>
      encode(`,"window":${JSON.stringify(name)},"window_start":`),
    );
    const sent = new Set<Aggregate>(options.aggregates);
    this.#hasAverage = sent.has('average');
    this.#hasTotal = sent.has('total');
    this.#hasMinimum = sent.has('minimum');
    this.#hasMaximum = sent.has('maximum');
    this.#hasEarliest = sent.has('earliest');
    this.#hasLatest = sent.has('latest');
    this.#hasStddev = sent.has('stddev');
  }

  /**
   * Clears `out` and writes one average.
   * @param symbolJson holds the key as a JSON string literal, see jsonString, from `symbolStart` to `symbolEnd`
   * @throws RangeError for a number that JSON cannot carry
   */
  write(
    out: ByteWriter,
    symbolJson: Uint8Array,
    result: AverageFields,
    symbolStart = 0,
    symbolEnd = symbolJson.length,
  ): void {
    out.clear();
    out.raw(SYMBOL);
    out.raw(symbolJson, symbolStart, symbolEnd);
    out.raw(this.#windows[result.definition]!);
    out.number(result.startMs);
    writeNumber(out, WINDOW_END, result.endMs);
    if (this.#hasAverage) writeNumber(out, AVERAGE, result.average);
    writeNumber(out, RECORD_COUNT, result.count);
    if (this.#hasTotal) writeNumber(out, TOTAL, result.total);
    if (this.#hasMinimum) writeNumber(out, MINIMUM, result.minimum);
    if (this.#hasMaximum) writeNumber(out, MAXIMUM, result.maximum);
    if (this.#hasEarliest) writeNumber(out, EARLIEST, result.earliest);
    if (this.#hasLatest) writeNumber(out, LATEST, result.latest);
    if (this.#hasStddev) writeNumber(out, STDDEV, result.stddev);
    writeNumber(out, REVISION, result.revision);
    out.raw(result.isFinal ? FINAL : NOT_FINAL);
    out.number(result.inputOffset);
    out.raw(END);
  }
}

function writeNumber(out: ByteWriter, name: Uint8Array, value: number): void {
  out.raw(name);
  out.number(value);
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

const SYMBOL = encode('{"symbol":');
const WINDOW_END = encode(',"window_end":');
const AVERAGE = encode(',"average":');
const RECORD_COUNT = encode(',"record_count":');
const TOTAL = encode(',"total":');
const MINIMUM = encode(',"minimum":');
const MAXIMUM = encode(',"maximum":');
const EARLIEST = encode(',"earliest":');
const LATEST = encode(',"latest":');
const STDDEV = encode(',"stddev":');
const REVISION = encode(',"revision":');
const FINAL = encode(',"is_final":true,"input_offset":');
const NOT_FINAL = encode(',"is_final":false,"input_offset":');
const END = encode(`,"schema_version":${SCHEMA_VERSION}}`);
