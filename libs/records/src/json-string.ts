// A BOM is part of a key like any other character, so it must survive decoding.
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

/**
 * The JSON string literal (quotes included, UTF-8) of a key's bytes, as JSON.stringify writes it.
 * Made once per key and kept, since every result of the key begins with it.
 * @throws TypeError if the bytes are not UTF-8; such a key is a dead letter (`bad_key`) long before.
 */
export function jsonString(utf8: Uint8Array): Uint8Array {
  return encoder.encode(JSON.stringify(decoder.decode(utf8)));
}
