/** Why a record became a dead letter, in the order in which the rules are tried. */
export const DEAD_LETTER_REASONS = [
  'null_key',
  'key_too_long',
  'bad_key',
  'null_value',
  'too_large',
  'not_json',
  'no_value',
  'not_a_number',
  'out_of_range',
  'no_timestamp',
  'bad_timestamp',
  'timestamp_ahead',
  // Found only when the record would enter a window, after all the others.
  'too_many_keys',
] as const;

export type DeadLetterReason = (typeof DEAD_LETTER_REASONS)[number];

export interface DeadLetterFields {
  reason: DeadLetterReason;
  detail: string;
  /** Where the record was read. */
  topic: string;
  partition: number;
  offset: number;
}

/** A detail is for people; it must not make a record that fitted the input too large for the dead letters. */
export const DETAIL_BYTES_MAX = 1_000;

const encoder = new TextEncoder();

/** Our headers of a dead letter, in order; they stand after the record's own. Values are UTF-8, numbers decimal. */
export function deadLetterHeaders(fields: DeadLetterFields): { key: string; value: Uint8Array }[] {
  return [
    { key: 'reason', value: encoder.encode(fields.reason) },
    { key: 'detail', value: encodeCut(fields.detail, DETAIL_BYTES_MAX) },
    { key: 'input_topic', value: encoder.encode(fields.topic) },
    { key: 'input_partition', value: encoder.encode(String(fields.partition)) },
    { key: 'input_offset', value: encoder.encode(String(fields.offset)) },
  ];
}

/** At most `bytesMax` bytes of UTF-8, cut between characters: encodeInto never writes part of one. */
function encodeCut(text: string, bytesMax: number): Uint8Array {
  const target = new Uint8Array(bytesMax);
  const { written } = encoder.encodeInto(text, target);
  return target.slice(0, written);
}
