/** `850 ms`, `12 s`, `5 min`, `3 h`, `2 d`: one number, for people. Negative: the clocks differ, said as it is. */
export function spokenDuration(durationMs: number): string {
  const size = Math.abs(durationMs);
  for (const [unit, unitMs] of UNITS) {
    if (size >= unitMs * 2 || unitMs === 1) return `${Math.round(durationMs / unitMs)} ${unit}`;
  }
  return '0 ms';
}

/** A unit from twice its size on: "90 s" says more than "2 min". */
const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1_000],
  ['ms', 1],
] as const;

/** `512 B`, `1.5 kB`, `12 MB`. */
export function spokenBytes(sizeBytes: number): string {
  if (sizeBytes < 1_000) return `${sizeBytes} B`;
  const [unit, unitBytes] = sizeBytes < 1_000_000 ? ['kB', 1_000] : ['MB', 1_000_000];
  const size = sizeBytes / Number(unitBytes);
  return `${size < 10 ? size.toFixed(1) : Math.round(size)} ${unit}`;
}

/** With commas between thousands, whatever the machine's language. */
export function spokenCount(count: number): string {
  return count.toLocaleString('en-US');
}

/** UTC, to the second. */
export function spokenTime(timeMs: number): string {
  return `${new Date(timeMs).toISOString().slice(0, 19).replace('T', ' ')}Z`;
}
