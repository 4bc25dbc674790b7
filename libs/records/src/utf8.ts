/** Whether `bytes[start, end)` is well-formed UTF-8 (no surrogates, no overlong forms; a BOM is a character). */
export function isUtf8(bytes: Uint8Array, start: number, end: number): boolean {
  let index = start;
  while (index < end) {
    // Most keys are ASCII to their end.
    while (index < end && bytes[index]! < 0x80) index++;
    if (index >= end) return true;
    index = skipUtf8Sequence(bytes, index, end);
    if (index < 0) return false;
  }
  return true;
}

/**
 * Where the multi-byte UTF-8 sequence at `index` ends, or -1 if it is ill-formed or reaches past `end`.
 * The byte ranges are table 3-7 of the Unicode standard; no text is decoded, so nothing is allocated.
 */
export function skipUtf8Sequence(bytes: Uint8Array, index: number, end: number): number {
  const lead = bytes[index]!;
  if (lead < 0xc2 || lead > 0xf4) return -1;
  const length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  if (index + length > end) return -1;
  const second = bytes[index + 1]!;
  const lowest = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
  const highest = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
  if (second < lowest || second > highest) return -1;
  if (length > 2 && (bytes[index + 2]! & 0xc0) !== 0x80) return -1;
  if (length > 3 && (bytes[index + 3]! & 0xc0) !== 0x80) return -1;
  return index + length;
}
