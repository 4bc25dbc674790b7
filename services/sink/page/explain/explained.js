/** @import { Explained } from '../types.d.ts' */

/** The highest time that Date knows. */
const TIME_MAX_MS = 8_640_000_000_000_000;

/**
 * The result that an address names: `window:window_end`, and the partition behind it where it is known. Null where
 * it cannot be read.
 * @param {string | null} text
 * @returns {Explained | null}
 */
export function readExplained(text) {
  const [, window = '', end, partition] = /^([^:]+):([0-9]{1,16})(?::([0-9]{1,6}))?$/.exec(text ?? '') ?? [];
  const endMs = Number(end);
  if (window === '' || !(endMs <= TIME_MAX_MS)) return null;
  return { window, endMs, partition: partition === undefined ? null : Number(partition) };
}

/** @param {Explained} explained */
export function explainedText({ window, endMs, partition }) {
  return partition === null ? `${window}:${endMs}` : `${window}:${endMs}:${partition}`;
}

/**
 * Of a column of many results its last one is explained: it has that one's end, and no partition of its own.
 * @param {import('../types.d.ts').Row} row
 * @returns {Explained}
 */
export function explainedOf({ window, window_end, partition, column_start }) {
  return { window, endMs: window_end, partition: column_start === undefined ? partition : null };
}
