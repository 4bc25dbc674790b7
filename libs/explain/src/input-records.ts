import { PriceScanner } from '@meanwhile/records';
import type { CountedRecord } from './explanation.ts';
import type { JournalSettings } from './journal-settings.ts';
import { RECORDS_COUNTED_MAX } from './limits.ts';
import type { PartitionLog } from './partition-log.ts';
import { isKey } from './results.ts';
import { holds, type WindowShape, type WindowSpan } from './window-shape.ts';

export interface InputRecords {
  /** Good records of the key in the window, in the order of their offsets. */
  records: CountedRecord[];
  /** Where reading ended, `to` unless limits cut it short. */
  end: number;
}

/** Reads a stretch of the input as the aggregator does, and keeps what the window holds. */
export async function readInputRecords(
  log: PartitionLog,
  stretch: { topic: string; from: number; to: number },
  o: { key: Uint8Array; shape: WindowShape; span: WindowSpan; settings: JournalSettings },
): Promise<InputRecords> {
  const scanner = new PriceScanner(o.settings, o.settings.maxAheadMs);
  const records: CountedRecord[] = [];
  const end = await log.read(stretch, (record) => {
    if (!isKey(record, o.key)) return true;
    const { bytes, keyStart, keyEnd, valueStart, valueEnd, timestampMs, offset } = record;
    if (!scanner.scan(bytes, keyStart, keyEnd, valueStart, valueEnd, timestampMs)) return true;
    const { timeMs, value } = scanner;
    if (!holds(o.shape, o.span, timeMs)) return true;
    records.push({ offset, timestamp: timeMs, value, append_time: timestampMs < 0 ? null : timestampMs });
    return records.length < RECORDS_COUNTED_MAX;
  });
  return { records, end };
}
