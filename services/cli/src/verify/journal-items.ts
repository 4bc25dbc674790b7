import { RecordCursor, readRange } from '@meanwhile/kafka';
import { type CommitEntry, parseJournalValue, type SettingsEntry } from '@meanwhile/records';
import { isSnapshotChunk } from '@meanwhile/stream';
import type { VerifyLog } from './verify-log.ts';

export type JournalItem = { offset: number; timestampMs: number; isLogAppendTime: boolean } & (
  | { type: 'commit'; entry: CommitEntry }
  | { type: 'settings'; entry: RecordedSettings }
  /** `value` is valid until the next item. */
  | { type: 'chunk'; value: Uint8Array }
  | { type: 'unreadable'; fault: string }
);

/** What a settings entry says, as far as verification needs it. */
export interface RecordedSettings {
  semanticsVersion: number;
  inputTopic: string;
  inputTopicId: string;
  partitions: number;
  startOffset: number;
  settings: Record<string, unknown>;
}

/** The journal's records in `[fromOffset, toOffset)`, one after the other. */
export async function* journalItems(
  log: VerifyLog,
  range: { topic: string; partition: number; fromOffset: number; toOffset: number },
): AsyncGenerator<JournalItem, void, void> {
  const cursor = new RecordCursor();
  cursor.stopAt(range.toOffset);
  for await (const chunk of readRange(log.reader, range)) {
    cursor.load(chunk);
    while (cursor.next()) {
      const { offset, timestampMs, isLogAppendTime, bytes, valueStart, valueEnd } = cursor;
      const value = bytes.subarray(Math.max(0, valueStart), Math.max(0, valueEnd));
      yield { offset, timestampMs, isLogAppendTime, ...read(value) };
    }
  }
}

type Content =
  | { type: 'commit'; entry: CommitEntry }
  | { type: 'settings'; entry: RecordedSettings }
  | { type: 'chunk'; value: Uint8Array }
  | { type: 'unreadable'; fault: string };

function read(value: Uint8Array): Content {
  if (isSnapshotChunk(value)) return { type: 'chunk', value };
  try {
    const entry = parseJournalValue(value);
    if (entry?.type === 'commit') return { type: 'commit', entry: entry as CommitEntry };
    if (entry?.type === 'settings')
      return { type: 'settings', entry: recordedSettings(entry as SettingsEntry) };
    return { type: 'unreadable', fault: 'neither commit nor settings nor snapshot' };
  } catch (error) {
    return { type: 'unreadable', fault: (error as Error).message };
  }
}

function recordedSettings(entry: SettingsEntry): RecordedSettings {
  return {
    semanticsVersion: Number(entry['semantics_version']),
    inputTopic: String(entry['input_topic']),
    inputTopicId: String(entry['input_topic_id']),
    partitions: Number(entry['partitions']),
    startOffset: Number(entry['start_offset']),
    settings: entry.settings,
  };
}
