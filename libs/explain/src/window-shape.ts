import { parseWindows, type WindowKind } from '@meanwhile/windowing';

/** A window definition as its name tells it. */
export interface WindowShape {
  name: string;
  kind: WindowKind;
  /** Session: the gap. */
  sizeMs: number;
  /** Sliding, session: 0. */
  stepMs: number;
}

/** Both ends as they are published: for tumbling and hopping the end is outside, for sliding and session inside. */
export interface WindowSpan {
  startMs: number;
  endMs: number;
}

/** The definition of that name; undefined if it is none that we would write. */
export function parseWindowName(name: string): WindowShape | undefined {
  const [kind = '', ...sizes] = name.split('-');
  try {
    const [shape] = parseWindows(`${kind}:${sizes.join('/')}`);
    return shape?.name === name ? shape : undefined;
  } catch {
    return undefined;
  }
}

/** Where a window of that end begins; undefined for a session, whose length only its records tell. */
export function startOf({ kind, sizeMs }: WindowShape, endMs: number): number | undefined {
  return kind === 'session' ? undefined : endMs - sizeMs;
}

/** Can a window end there at all? */
export function canEndAt({ stepMs }: WindowShape, endMs: number): boolean {
  return stepMs === 0 || endMs % stepMs === 0;
}

/** The contract's definition of what a window holds. */
export function holds({ kind }: WindowShape, { startMs, endMs }: WindowSpan, timeMs: number): boolean {
  return timeMs >= startMs && (isAligned(kind) ? timeMs < endMs : timeMs <= endMs);
}

/** The highest watermark at which the window is open. Whole ms, so an aligned window's is one less. */
export function lastOpenMs({ kind, sizeMs }: WindowShape, endMs: number, graceMs: number): number {
  if (isAligned(kind)) return endMs + graceMs - 1;
  return kind === 'session' ? endMs + sizeMs + graceMs : endMs + graceMs;
}

function isAligned(kind: WindowKind): boolean {
  return kind === 'tumbling' || kind === 'hopping';
}
