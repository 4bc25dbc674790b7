import type { OutgoingRecord } from '@meanwhile/kafka';

/** A record's headers as they lie in a batch, without their count: what a record has already, then what is added to it. */
export function encodeHeaders({ rawHeaders, headers }: OutgoingRecord): Uint8Array {
  const parts: Uint8Array[] = [];
  if (rawHeaders) parts.push(rawHeaders.bytes.subarray(rawHeaders.start, rawHeaders.end));
  for (const { key, value } of headers ?? []) {
    const name = Buffer.from(key);
    parts.push(lengthBytes(name.length), name, lengthBytes(value.length), value);
  }
  return Buffer.concat(parts);
}

/** Names and values, in order; a null value is undefined. Stops where the bytes make no sense. */
export function decodeHeaders(bytes: Uint8Array): [name: string, value: string | undefined][] {
  const headers: [string, string | undefined][] = [];
  let at = 0;
  const field = (): string | undefined => {
    const length = readLength();
    if (length < 0) return undefined;
    at += length;
    return Buffer.from(bytes.subarray(at - length, at)).toString();
  };
  const readLength = (): number => {
    let zigzag = 0;
    for (let scale = 1; at < bytes.length; scale *= 128) {
      const byte = bytes[at++]!;
      zigzag += (byte & 0x7f) * scale;
      if (byte < 0x80) break;
    }
    return zigzag % 2 === 1 ? -(zigzag + 1) / 2 : zigzag / 2;
  };
  while (at < bytes.length) headers.push([field() ?? '', field()]);
  return headers;
}

/** A zig-zag varint of a length. */
function lengthBytes(length: number): Uint8Array {
  const bytes: number[] = [];
  let rest = length * 2;
  for (; rest >= 0x80; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  bytes.push(rest);
  return Uint8Array.from(bytes);
}
