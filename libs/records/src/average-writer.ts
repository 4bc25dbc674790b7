import { AGGREGATES, type Aggregate, SCHEMA_VERSION } from './average.ts';
import type { ByteWriter } from './byte-writer.ts';
import { FixedText } from './fixed-text.ts';

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
  readonly #windows: FixedText[];
  /** From the window's start to the revision: the text before each number, and where the number is. */
  readonly #members: { text: FixedText; slot: number }[];
  /** The numbers of the result at hand, by slot: an array, so that no double becomes an object. */
  readonly #numbers = new Float64Array(SLOTS.length);

  constructor(options: { windowNames: string[]; aggregates: Aggregate[] }) {
    this.#windows = options.windowNames.map(
      (name) => new FixedText(`,"window":${JSON.stringify(name)},"window_start":`),
    );
    const left = new Set<string>(AGGREGATES.filter((name) => !options.aggregates.includes(name)));
    this.#members = SLOTS.flatMap((name, slot) =>
      slot < FIRST_MEMBER || left.has(name) ? [] : [{ text: new FixedText(`,"${name}":`), slot }],
    );
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
    const numbers = this.#numbers;
    numbers[0] = result.startMs;
    numbers[1] = result.inputOffset;
    numbers[2] = result.endMs;
    numbers[3] = result.average;
    numbers[4] = result.count;
    numbers[5] = result.total;
    numbers[6] = result.minimum;
    numbers[7] = result.maximum;
    numbers[8] = result.earliest;
    numbers[9] = result.latest;
    numbers[10] = result.stddev;
    numbers[11] = result.revision;
    out.clear();
    out.fixed(SYMBOL);
    out.raw(symbolJson, symbolStart, symbolEnd);
    out.fixed(this.#windows[result.definition]!);
    out.numberAt(numbers, 0);
    const members = this.#members;
    for (let index = 0; index < members.length; index++) {
      const { text, slot } = members[index]!;
      out.fixed(text);
      out.numberAt(numbers, slot);
    }
    out.fixed(result.isFinal ? FINAL : NOT_FINAL);
    out.numberAt(numbers, 1);
    out.fixed(END);
  }
}

/** Names of the numbers; from FIRST_MEMBER on they stand on the wire in this order, side by side. */
const SLOTS = [
  'window_start',
  'input_offset',
  'window_end',
  'average',
  'record_count',
  'total',
  'minimum',
  'maximum',
  'earliest',
  'latest',
  'stddev',
  'revision',
] as const;
const FIRST_MEMBER = 2;

const SYMBOL = new FixedText('{"symbol":');
const FINAL = new FixedText(',"is_final":true,"input_offset":');
const NOT_FINAL = new FixedText(',"is_final":false,"input_offset":');
const END = new FixedText(`,"schema_version":${SCHEMA_VERSION}}`);
