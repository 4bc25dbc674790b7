import type { Json } from './checker-wire.ts';
import type { OracleResult } from './window-oracle-types.ts';

/** Relative to the sum of magnitudes: the contract's bound for `total`. */
const TOTAL_BOUND = 1e-12;
/** Relative to itself: the contract's bound for `stddev`. */
const STDDEV_BOUND = 1e-9;
/** The distance of the smallest doubles: no bound can ask for less. */
const LEAST = Number.MIN_VALUE;

/** What a sent average says other than the oracle, by the contract's bounds; empty when it is right. */
export function differences(json: Json, wanted: OracleResult, aggregates: string[]): string[] {
  const exact: Json = {
    symbol: wanted.symbol,
    window: wanted.window,
    window_start: wanted.windowStart,
    window_end: wanted.windowEnd,
    record_count: wanted.count,
    revision: wanted.revision,
    is_final: wanted.isFinal,
    input_offset: wanted.inputOffset,
    schema_version: 1,
  };
  const values: Json = {
    minimum: wanted.minimum,
    maximum: wanted.maximum,
    earliest: wanted.earliest,
    latest: wanted.latest,
  };
  for (const name of Object.keys(values)) if (aggregates.includes(name)) exact[name] = values[name];

  // -0 is written as 0, so plain equality is the right one.
  const faults = Object.keys(exact)
    .filter((name) => json[name] !== exact[name])
    .map((name) => `${name} ${JSON.stringify(json[name])}, wanted ${JSON.stringify(exact[name])}`);
  if (aggregates.includes('total')) faults.push(...totalFaults(json['total'], wanted));
  if (aggregates.includes('average')) faults.push(...averageFaults(json, wanted, aggregates));
  if (aggregates.includes('stddev')) faults.push(...stddevFaults(json['stddev'], wanted));
  return faults;
}

function totalFaults(total: unknown, { total: wanted, magnitude }: OracleResult): string[] {
  return isWithin(total, wanted, TOTAL_BOUND * magnitude)
    ? []
    : [`total ${JSON.stringify(total)}, wanted ${wanted}`];
}

function averageFaults(json: Json, wanted: OracleResult, aggregates: string[]): string[] {
  const { average } = json;
  const { count, magnitude } = wanted;
  if (!aggregates.includes('total')) {
    const isRight = isWithin(
      average,
      wanted.average,
      (TOTAL_BOUND * magnitude) / count + Math.abs(wanted.average) * 2 ** -52,
    );
    return isRight ? [] : [`average ${JSON.stringify(average)}, wanted ${wanted.average}`];
  }
  const quotient = Number(json['total']) / count;
  const bySent = clamp(
    quotient,
    aggregates.includes('minimum') ? wanted.minimum : -Infinity,
    aggregates.includes('maximum') ? wanted.maximum : Infinity,
  );
  // "whichever of them are sent" leaves open whether a bound that is not sent is applied: both are right then.
  const byBoth = clamp(quotient, wanted.minimum, wanted.maximum);
  return average === bySent || average === byBoth
    ? []
    : [`average ${JSON.stringify(average)}, wanted total / record_count = ${byBoth}`];
}

function stddevFaults(stddev: unknown, wanted: OracleResult): string[] {
  const { minimum, maximum, magnitude, count } = wanted;
  if (minimum === maximum)
    return stddev === 0 ? [] : [`stddev ${JSON.stringify(stddev)}, wanted 0 for equal values`];
  const bound = Math.max(STDDEV_BOUND * wanted.stddev, (TOTAL_BOUND * magnitude) / count);
  return isWithin(stddev, wanted.stddev, bound)
    ? []
    : [`stddev ${JSON.stringify(stddev)}, wanted ${wanted.stddev}`];
}

function isWithin(found: unknown, wanted: number, bound: number): boolean {
  return typeof found === 'number' && Math.abs(found - wanted) <= bound + LEAST;
}

function clamp(value: number, lowest: number, highest: number): number {
  return Math.min(Math.max(value, lowest), highest);
}
