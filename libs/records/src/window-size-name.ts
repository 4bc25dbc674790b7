const UNITS: [ms: number, name: string][] = [
  [3_600_000, 'h'],
  [60_000, 'm'],
  [1_000, 's'],
];

/** A size as window names write it, in the largest unit that divides it: 10000 → `10s`, 90000 → `90s`. */
export function windowSizeName(ms: number): string {
  for (const [unitMs, name] of UNITS) {
    if (ms >= unitMs && ms % unitMs === 0) return `${ms / unitMs}${name}`;
  }
  return `${ms}ms`;
}
