import type { Problems } from './checker-problems.ts';
import type { LogHeader, LogRecord } from './checker-types.ts';
import { readObject, readText, sameBytes } from './checker-wire.ts';
import type { OracleLate } from './window-oracle-types.ts';

const LATE_FIELDS = [
  'symbol',
  'value',
  'timestamp',
  'watermark',
  'late_by_ms',
  'missed',
  'accepted',
  'input_offset',
  'schema_version',
];
const DEAD_LETTER_HEADERS = ['reason', 'detail', 'input_topic', 'input_partition', 'input_offset'];
const DETAIL_BYTES_MAX = 1000;

/** Compares one partition's late topic with what the oracle gives. */
export function checkLate(
  where: string,
  expected: OracleLate[],
  late: LogRecord[],
  problems: Problems,
): void {
  const left = new Map(expected.map((entry) => [entry.inputOffset, entry]));
  for (const record of late) {
    const read = readObject(record.value, LATE_FIELDS);
    const inputOffset = read?.json['input_offset'];
    const wanted = typeof inputOffset === 'number' ? left.get(inputOffset) : undefined;
    if (read === null || wanted === undefined) {
      problems.add(
        'late record',
        `${where} late offset ${record.offset} for input offset ${JSON.stringify(inputOffset)}: extra`,
      );
      continue;
    }
    left.delete(wanted.inputOffset);
    const text = JSON.stringify({
      symbol: wanted.symbol,
      value: wanted.value,
      timestamp: wanted.timeMs,
      watermark: wanted.watermarkMs,
      late_by_ms: wanted.watermarkMs - wanted.timeMs,
      missed: wanted.missed,
      accepted: wanted.accepted,
      input_offset: wanted.inputOffset,
      schema_version: 1,
    });
    const found = readText(record.value);
    if (found !== text || readText(record.key) !== wanted.symbol) {
      problems.add(
        'late record',
        `${where} key ${readText(record.key)} value ${found}, wanted key ${wanted.symbol} value ${text}`,
      );
    }
  }
  for (const { inputOffset, symbol, missed } of left.values()) {
    problems.add(
      'late record',
      `${where} input offset ${inputOffset} (${symbol}) missed ${missed.join()}: not in the topic`,
    );
  }
}

export interface ExpectedDeadLetter {
  input: LogRecord;
  reason: string;
}

/** Compares one partition's dead letters with what the oracles give. */
export function checkDeadLetters(
  o: { where: string; inputTopic: string; partition: number; problems: Problems },
  expected: ExpectedDeadLetter[],
  deadLetters: LogRecord[],
): void {
  const { where, problems } = o;
  const left = new Map(expected.map((entry) => [entry.input.offset, entry]));
  for (const record of deadLetters) {
    const ours = record.headers.slice(-DEAD_LETTER_HEADERS.length);
    const inputOffset = Number(
      readText(ours.find(({ key }) => key === 'input_offset')?.value ?? null) ?? Number.NaN,
    );
    const wanted = left.get(inputOffset);
    if (wanted === undefined) {
      problems.add(
        'dead letter',
        `${where} dead letters offset ${record.offset} for input offset ${inputOffset}: extra`,
      );
      continue;
    }
    left.delete(inputOffset);
    const faults = deadLetterFaults(o, wanted, record, ours);
    if (faults.length > 0)
      problems.add('dead letter', `${where} input offset ${inputOffset}: ${faults.join('; ')}`);
  }
  for (const { input, reason } of left.values()) {
    problems.add('dead letter', `${where} input offset ${input.offset}, ${reason}: not in the topic`);
  }
}

function deadLetterFaults(
  o: { inputTopic: string; partition: number },
  { input, reason }: ExpectedDeadLetter,
  record: LogRecord,
  ours: LogHeader[],
): string[] {
  const faults: string[] = [];
  const names = ours.map(({ key }) => key).join();
  if (names !== DEAD_LETTER_HEADERS.join()) return [`headers ${names}, wanted ${DEAD_LETTER_HEADERS.join()}`];
  const [foundReason, detail, ...place] = ours.map(({ value }) => readText(value));
  if (foundReason !== reason) faults.push(`reason ${foundReason}, wanted ${reason}`);
  if (detail === null || ours[1]!.value!.length > DETAIL_BYTES_MAX)
    faults.push('detail is not text of at most 1,000 bytes');
  const wantedPlace = [o.inputTopic, String(o.partition), String(input.offset)];
  if (place.join() !== wantedPlace.join()) faults.push(`place ${place.join()}, wanted ${wantedPlace.join()}`);
  if (!sameBytes(record.key, input.key)) faults.push('other key bytes than in the input');
  if (!sameBytes(record.value, input.value)) faults.push('other value bytes than in the input');
  const own = record.headers.slice(0, -ours.length);
  const isSame =
    own.length === input.headers.length && own.every((header, i) => sameHeader(header, input.headers[i]!));
  if (!isSame) faults.push("the record's own headers are not the first");
  return faults;
}

function sameHeader(a: LogHeader, b: LogHeader): boolean {
  return a.key === b.key && sameBytes(a.value, b.value);
}
