import { groupOffset, listOffset, RecordCursor, readRange } from '@meanwhile/kafka';
import type { DeadLetterReason } from '@meanwhile/records';
import { readDeadLetterHeaders } from './dead-letter-headers.ts';
import { type Lane, laneGroup, type Replay, selectorOf } from './replay-lane.ts';

/** A lane with dead letters that are not replayed yet. */
export interface WaitingLane extends Lane {
  /** Nothing below it is to be sent. */
  fromOffset: number;
  /** Where the partition ended when it was looked at: what a replay itself brings back is not replayed. */
  toOffset: number;
  toSend: number;
  /** Offsets of what cannot be sent: `--set` has no JSON object to set a field in, or the input takes no record as large. */
  leftOut: number[];
  oldestMs: number;
  newestMs: number;
  /** The first that can be sent, and what it would be sent as. */
  example: { offset: number; before: string; after: string };
}

/** Longer values are cut in examples. */
const EXAMPLE_BYTES_MAX = 500;

/**
 * Reads the dead letters of a partition and tells what of them waits for a replay, by reason.
 * @param o.reasons those to look for
 * @param o.sinceMs leaves older ones alone
 * @throws Error when a group's place lies behind the end of the topic, KafkaError
 */
export async function scanDeadLetters(
  replay: Replay,
  partition: number,
  o: { reasons: readonly DeadLetterReason[]; sinceMs: number | undefined },
): Promise<WaitingLane[]> {
  const { cluster, reader, deadLetters: topic } = replay;
  const [earliest, since, toOffset] = await Promise.all([
    listOffset(cluster, topic, partition, 'earliest'),
    o.sinceMs === undefined ? 0 : listOffset(cluster, topic, partition, o.sinceMs),
    listOffset(cluster, topic, partition, 'stable'),
  ]);
  const places = new Map<DeadLetterReason, number>();
  await Promise.all(
    o.reasons.map(async (reason) => {
      const place = await placeOf(replay, { partition, reason }, toOffset);
      places.set(reason, Math.max(earliest, since, place));
    }),
  );
  const fromOffset = Math.min(...places.values());
  const lanes = new Map<DeadLetterReason, WaitingLane>();
  const select = selectorOf(replay);
  const cursor = new RecordCursor();
  cursor.stopAt(toOffset);
  for await (const chunk of readRange(reader, { topic, partition, fromOffset, toOffset })) {
    cursor.load(chunk);
    while (cursor.next()) note(cursor);
  }
  return [...lanes.values()];

  function note(record: RecordCursor): void {
    const headers = readDeadLetterHeaders(record);
    const place = headers && places.get(headers.reason);
    if (headers === undefined || place === undefined || record.offset < place) return;
    const { reason } = headers;
    const found = select(record);
    if (found === 'other') return;
    const { offset, timestampMs } = record;
    const lane =
      lanes.get(reason) ?? newLane({ partition, reason, fromOffset: place, toOffset }, timestampMs);
    lanes.set(reason, lane);
    lane.newestMs = timestampMs;
    if (found === 'left out') {
      lane.leftOut.push(offset);
      return;
    }
    if (lane.toSend === 0) lane.example = exampleOf(record, found.value);
    lane.toSend += 1;
  }
}

/** The group's place in a lane, -1 for none yet; as a replay that is under way, or was killed, has last committed it. */
async function placeOf(
  { cluster, groupId, deadLetters }: Replay,
  lane: Lane,
  endOffset: number,
): Promise<number> {
  const group = laneGroup(groupId, lane.reason);
  const place = await groupOffset(cluster, group, deadLetters, lane.partition, { pending: 'ignore' });
  if (place <= endOffset) return place;
  throw new Error(
    `${deadLetters}[${lane.partition}]: ends at offset ${endOffset}, but group ${group} has replayed up to ${place}\nthe topic was made anew: delete the group`,
  );
}

function newLane(place: Lane & { fromOffset: number; toOffset: number }, timestampMs: number): WaitingLane {
  const example = { offset: -1, before: '', after: '' };
  return { ...place, toSend: 0, leftOut: [], oldestMs: timestampMs, newestMs: timestampMs, example };
}

function exampleOf(
  { bytes, offset, valueStart, valueEnd }: RecordCursor,
  changed: Uint8Array | undefined,
): WaitingLane['example'] {
  const before = valueStart < 0 ? 'null' : cut(bytes.subarray(valueStart, valueEnd));
  return { offset, before, after: changed ? cut(changed) : before };
}

/** For people: control characters would move their cursor. */
function cut(value: Uint8Array): string {
  const text = Buffer.from(value.subarray(0, EXAMPLE_BYTES_MAX)).toString();
  return text.replace(/\p{Cc}/gu, '\uFFFD') + (value.length > EXAMPLE_BYTES_MAX ? '…' : '');
}
