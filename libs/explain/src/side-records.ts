import type { RecordCursor } from '@meanwhile/kafka';
import type { ExplainedDeadLetter, ExplainedLate } from './explanation.ts';
import { lastBefore } from './last-before.ts';
import { LATE_READ_MAX } from './limits.ts';
import type { PartitionLog } from './partition-log.ts';
import { readHeaders } from './record-headers.ts';
import { isKey } from './results.ts';

/** An entry of the late topic as far as it is of use here. */
export interface LateEntry extends ExplainedLate {
  missed: string[];
}

/** Entries of the key from an input offset on that missed a window of that name; `isWhole`: the topic was read to its end. */
export async function findLate(
  log: PartitionLog,
  topic: string,
  o: { key: Uint8Array; window: string; fromInput: number },
): Promise<{ entries: LateEntry[]; isWhole: boolean }> {
  const entries: LateEntry[] = [];
  let read = 0;
  const isWhole = await readFromInput(log, topic, o.fromInput, lateOffset, (record) => {
    const entry = isKey(record, o.key) ? readLate(record) : undefined;
    if (entry?.missed.includes(o.window)) entries.push(entry);
    return ++read < LATE_READ_MAX;
  });
  return { entries, isWhole };
}

/** Dead letters of the key that stand in a stretch of input, `toInput` not included. */
export async function findDeadLetters(
  log: PartitionLog,
  topic: string,
  o: { key: Uint8Array; fromInput: number; toInput: number },
): Promise<ExplainedDeadLetter[]> {
  const letters: ExplainedDeadLetter[] = [];
  await readFromInput(log, topic, o.fromInput, deadLetterOffset, (record) => {
    const offset = deadLetterOffset(record);
    if (offset === undefined || offset < o.fromInput) return true;
    if (offset >= o.toInput) return false;
    if (!isKey(record, o.key)) return true;
    const headers = headersOf(record);
    letters.push({ offset, reason: headers.get('reason') ?? '', detail: headers.get('detail') ?? '' });
    return true;
  });
  return letters;
}

/** Both topics stand in the order of the input. @returns whether it was read to its end */
async function readFromInput(
  log: PartitionLog,
  topic: string,
  fromInput: number,
  inputOffset: (record: RecordCursor) => number | undefined,
  visit: (record: RecordCursor) => boolean,
): Promise<boolean> {
  const whole = await log.whole(topic);
  const before = await lastBefore(log, whole, (record) => {
    const offset = inputOffset(record);
    return offset === undefined ? undefined : { isBefore: offset < fromInput, mark: offset };
  });
  const from = before === undefined ? whole.from : before.offset + 1;
  return (await log.read({ ...whole, from }, visit)) >= whole.to;
}

function lateOffset(record: RecordCursor): number | undefined {
  return readLate(record)?.offset;
}

/** undefined for what is no late record: readers must not stumble over what somebody else wrote. */
function readLate({ bytes, valueStart, valueEnd }: RecordCursor): LateEntry | undefined {
  if (valueStart < 0) return undefined;
  let json: Record<string, unknown> | null;
  try {
    json = JSON.parse(decoder.decode(bytes.subarray(valueStart, valueEnd)));
  } catch {
    return undefined;
  }
  const { timestamp, value, watermark, late_by_ms, missed, accepted, input_offset } = json ?? {};
  const numbers = [timestamp, value, watermark, late_by_ms, input_offset];
  if (!numbers.every(Number.isFinite) || !Array.isArray(missed) || !Array.isArray(accepted)) return undefined;
  const [timestampMs, price, watermarkMs, lateByMs, offset] = numbers as [
    number,
    number,
    number,
    number,
    number,
  ];
  const times = { timestamp: timestampMs, value: price, watermark: watermarkMs, late_by_ms: lateByMs };
  return { offset, ...times, accepted: accepted.map(String), missed: missed.map(String) };
}

/** Ours stand last: a record may have a header of its own of that name. */
function deadLetterOffset(record: RecordCursor): number | undefined {
  const text = headersOf(record).get('input_offset');
  return text !== undefined && /^[0-9]{1,16}$/.test(text) ? Number(text) : undefined;
}

function headersOf(record: RecordCursor): Map<string, string> {
  const bytes = record.bytes.subarray(record.headersStart, record.headersEnd);
  return new Map(
    readHeaders(bytes, record.headerCount).map(({ key, value }) => [key, decoder.decode(value)]),
  );
}

const decoder = new TextDecoder();
