/** Longer ranges are rare, and copying them outweighs a view. */
const LENGTH_MAX = 512;

let viewed: Uint8Array | undefined;
let views: (Uint8Array | undefined)[] = [];

/**
 * `source.subarray(start, end)`, which costs as much as copying a hundred bytes. A writer of values writes them all to the same place,
 * and few lengths come again and again: views from the start are kept, those of the source that was asked for last.
 */
export function viewOf(source: Uint8Array, start: number, end: number): Uint8Array {
  if (start !== 0 || end > LENGTH_MAX) return source.subarray(start, end);
  if (source !== viewed) {
    viewed = source;
    views = Array.from({ length: LENGTH_MAX + 1 }, () => undefined);
  }
  const present = views[end];
  if (present !== undefined) return present;
  const view = source.subarray(0, end);
  views[end] = view;
  return view;
}
