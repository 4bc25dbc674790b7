import type { RecordCursor } from '@meanwhile/kafka';
import { DEAD_LETTER_REASONS, type DeadLetterReason } from '@meanwhile/records';

/** A dead letter's headers, taken apart: the record's own, still in Kafka's encoding, and why it could not be averaged. */
export interface DeadLetterHeaders {
  reason: DeadLetterReason;
  detail: string;
  /** Where the record's own headers stand in the cursor's bytes. */
  own: { count: number; start: number; end: number };
}

/** In this order, after the record's own. */
const OUR_NAMES = ['reason', 'detail', 'input_topic', 'input_partition', 'input_offset'];

/** Undefined: the aggregator did not write this record, or one of a later version did, with a reason that is not known here. */
export function readDeadLetterHeaders(record: RecordCursor): DeadLetterHeaders | undefined {
  const headers = readHeaders(record);
  const ours = headers.slice(-OUR_NAMES.length);
  if (ours.map(({ name }) => name).join() !== OUR_NAMES.join()) return undefined;
  const [reason, detail] = ours.map(({ value }) => value);
  const known = DEAD_LETTER_REASONS.find((candidate) => candidate === reason);
  if (known === undefined) return undefined;
  const own = { count: headers.length - ours.length, start: record.headersStart, end: ours[0]!.start };
  return { reason: known, detail: detail!, own };
}

interface Header {
  name: string;
  value: string;
  /** Where it begins in the cursor's bytes. */
  start: number;
}

/** Kafka's encoding: for each header two fields with a zig-zag varint length before them, -1 for a null value. */
function readHeaders({ bytes, headersStart, headerCount }: RecordCursor): Header[] {
  let at = headersStart;
  const text = () => {
    const length = varint();
    const from = at;
    at += Math.max(0, length);
    return Buffer.from(bytes.buffer, bytes.byteOffset + from, at - from).toString();
  };
  return Array.from({ length: headerCount }, () => {
    const start = at;
    return { start, name: text(), value: text() };
  });

  function varint(): number {
    let zigzag = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++]!;
      zigzag |= (byte & 0x7f) << shift;
      if (byte < 0x80) return (zigzag >>> 1) ^ -(zigzag & 1);
    }
  }
}
