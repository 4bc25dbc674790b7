import { expect, test } from 'vitest';
import { seededRandom } from '../../../test/support/data-random.ts';
import { atScale, timeLimits } from '../../../test/support/engine-scale.ts';
import { VALUE_MAX } from './price.ts';
import { PriceScanner } from './price-scanner.ts';

const RANDOM_NUMBERS = atScale(100_000, 1_000_000);
const scanner = new PriceScanner({ valueField: 'price', timeField: 'timestamp', timeUnit: 'ms' }, null);
const encoder = new TextEncoder();
const key = encoder.encode('K');

/** Numbers on which scanners have been wrong: halves between doubles, the ends of each range, long and tiny ones. */
function hostileTexts(): string[] {
  const texts = [
    '0',
    '-0',
    '-0.0',
    '0e0',
    '0e999',
    '-0e-999',
    '1e23',
    '8.5e22',
    '1e-400',
    '4.9e-324',
    '2e-324',
  ];
  texts.push('9007199254740991', '9007199254740992', '9007199254740993', '9007199254740994.5');
  texts.push('2.2250738585072011e-308', '2.2250738585072014e-308', '1.7976931348623157e308', '1e100');
  texts.push('1.00000000000000011102230246251565', '1.00000000000000011102230246251566');
  texts.push('0.500000000000000166533453693773481063544750213623046875', '3.0e1', '30E+0', '1E5', '1e-05');
  for (let power = -30; power <= 100; power++) {
    for (const digits of ['1', '9', '5', '4503599627370497', '9007199254740993', '99999999999999999999'])
      texts.push(`${digits}e${power}`, `-${digits}e${power}`, `0.${digits}e${power}`);
  }
  for (let bits = 50; bits <= 330; bits++) {
    const even = 2n ** BigInt(bits);
    const unit = 2n ** BigInt(Math.max(0, bits - 53));
    // The two doubles at a power of two, and the whole numbers at and beside the half between them.
    for (const by of [0n, unit, unit - 1n, unit + 1n, 2n * unit, 3n * unit, -unit, -1n, 1n])
      texts.push(String(even + by), `${even + by}.0`, `${even + by}.5`);
  }
  for (let zeros = 0; zeros <= 25; zeros++)
    texts.push(
      `0.${'0'.repeat(zeros)}1`,
      `123.${'0'.repeat(zeros)}1`,
      `1${'0'.repeat(zeros)}`,
      `${'0.'}${'9'.repeat(zeros + 1)}`,
    );
  return texts;
}

function randomText(random: () => number): string {
  const digits = (max: number) => {
    let text = '';
    for (let left = 1 + Math.floor(random() * max); left > 0; left--) text += Math.floor(random() * 10);
    return text;
  };
  const sign = random() < 0.3 ? '-' : '';
  const kind = random();
  if (kind < 0.3) return `${sign}${Math.floor(random() * 1e6) / 100}`;
  if (kind < 0.5) return String(randomDouble(random));
  const whole = random() < 0.2 ? '0' : `${1 + Math.floor(random() * 9)}${random() < 0.8 ? digits(18) : ''}`;
  const fraction = random() < 0.7 ? `.${digits(24)}` : '';
  const exponent = kind < 0.75 ? '' : `${random() < 0.5 ? 'e' : 'E+'}${digits(2)}`;
  return `${sign}${whole}${fraction}${kind > 0.9 ? `e-${digits(2)}` : exponent}`;
}

/** Any bits of a double: most of them are numbers that nobody would write by hand. */
function randomDouble(random: () => number): number {
  const bits = new DataView(new ArrayBuffer(8));
  bits.setUint32(0, random() * 2 ** 32);
  bits.setUint32(4, random() * 2 ** 32);
  const value = bits.getFloat64(0);
  return Number.isFinite(value) ? value : 0;
}

/** What is wrong with what the scanner makes of a number; undefined when it is JSON.parse's own. */
function faultOf(text: string): string | undefined {
  const bytes = encoder.encode(`{"symbol":"K","price":${text},"timestamp":1}`);
  const record = new Uint8Array([...key, ...bytes]);
  const isGood = scanner.scan(record, 0, 1, 1, record.length, -1);
  const wanted: number = JSON.parse(text);
  if (!Number.isFinite(wanted))
    return isGood || scanner.reason !== 'not_a_number' ? `${text}: not refused` : undefined;
  if (Math.abs(wanted) > VALUE_MAX)
    return isGood || scanner.reason !== 'out_of_range' ? `${text}: not out of range` : undefined;
  return isGood && Object.is(scanner.value, wanted)
    ? undefined
    : `${text}: ${scanner.value}, wanted ${wanted}`;
}

test(
  'numbers are read as JSON.parse reads them, to the last bit, on either path',
  () => {
    const random = seededRandom(20_131_007);
    const hostile = hostileTexts();
    const faults = hostile.map(faultOf).filter((fault) => fault !== undefined);
    for (let i = 0; i < RANDOM_NUMBERS; i++) {
      const fault = faultOf(randomText(random));
      if (fault !== undefined) faults.push(fault);
    }
    expect(faults.slice(0, 20)).toEqual([]);
    const { fastPath, slowPath } = scanner;
    expect(fastPath + slowPath).toBe(RANDOM_NUMBERS + hostile.length);
    // Neither path has been tested by accident only.
    expect(Math.min(fastPath, slowPath)).toBeGreaterThan(RANDOM_NUMBERS / 4);
  },
  timeLimits().testMs,
);
