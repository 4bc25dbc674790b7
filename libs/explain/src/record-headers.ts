/** Record headers as Kafka encodes them (DefaultRecord.java): zigzag varint lengths, -1 for a null value, which is read as empty. */
export function readHeaders(bytes: Uint8Array, count: number): { key: string; value: Uint8Array }[] {
  let at = 0;
  const take = (): Uint8Array => {
    const length = readLength();
    const part = bytes.subarray(at, at + Math.max(0, length));
    at += part.length;
    return part;
  };
  const readLength = (): number => {
    let zigzag = 0;
    for (let scale = 1; at < bytes.length; scale *= 128) {
      const byte = bytes[at++]!;
      zigzag += (byte & 0x7f) * scale;
      if (byte < 0x80) break;
    }
    return zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2;
  };
  return Array.from({ length: count }, () => ({ key: decoder.decode(take()), value: take() }));
}

const decoder = new TextDecoder();
