import { expect, test } from 'vitest';
import { ByteWriter } from './byte-writer.ts';
import { writeLateRecord } from './late-record.ts';

test("a late record is the contract's example, byte by byte", () => {
  const out = new ByteWriter();
  out.ascii('what was there before');
  writeLateRecord(out, {
    symbolJson: new TextEncoder().encode('"ACME"'),
    value: 101.23,
    timeMs: 1_700_000_000_123,
    watermarkMs: 1_700_000_020_500,
    missed: ['sliding-10s'],
    accepted: [],
    inputOffset: 48_230,
  });
  expect(new TextDecoder().decode(out.toBytes())).toBe(
    '{"symbol":"ACME","value":101.23,"timestamp":1700000000123,"watermark":1700000020500,"late_by_ms":20377,"missed":["sliding-10s"],"accepted":[],"input_offset":48230,"schema_version":1}',
  );
});
