import { SCHEMA_VERSION } from './average.ts';
import type { ByteWriter } from './byte-writer.ts';

/** A record that missed at least one window. Times in ms since the epoch. */
export interface LateFields {
  /** The key as a JSON string literal, see jsonString. */
  symbolJson: Uint8Array;
  value: number;
  timeMs: number;
  /** The partition's watermark when the record came. */
  watermarkMs: number;
  /** Names of the definitions of which it missed, and entered, at least one window. */
  missed: string[];
  accepted: string[];
  inputOffset: number;
}

/** Clears `out` and writes one JSON late record, in the contract's order of fields. */
export function writeLateRecord(out: ByteWriter, fields: LateFields): void {
  out.clear();
  out.ascii('{"symbol":');
  out.raw(fields.symbolJson);
  out.ascii(',"value":');
  out.number(fields.value);
  out.ascii(',"timestamp":');
  out.number(fields.timeMs);
  out.ascii(',"watermark":');
  out.number(fields.watermarkMs);
  out.ascii(',"late_by_ms":');
  out.number(fields.watermarkMs - fields.timeMs);
  out.ascii(',"missed":');
  out.text(JSON.stringify(fields.missed));
  out.ascii(',"accepted":');
  out.text(JSON.stringify(fields.accepted));
  out.ascii(',"input_offset":');
  out.number(fields.inputOffset);
  out.ascii(`,"schema_version":${SCHEMA_VERSION}}`);
}
