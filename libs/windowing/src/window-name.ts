import type { WindowKind } from './types.ts';

const UNITS: [suffix: string, ms: number][] = [
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
];

/** `sliding-10s`, `tumbling-1m`, `hopping-5m-1m`, `session-30s`: sizes in the largest of h, m, s, ms that divides them. */
export function windowName(kind: WindowKind, sizeMs: number, stepMs: number): string {
  const size = `${kind}-${durationName(sizeMs)}`;
  return kind === 'hopping' ? `${size}-${durationName(stepMs)}` : size;
}

function durationName(ms: number): string {
  for (const [suffix, unitMs] of UNITS) {
    if (ms % unitMs === 0) return `${ms / unitMs}${suffix}`;
  }
  return `${ms}ms`;
}
