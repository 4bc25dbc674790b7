/** What became of the records of a stretch; `read = averaged + late + dead_lettered`. */
export interface Counts {
  read: number;
  /** Entered at least one window. */
  averaged: number;
  /** Of those: missed at least one. */
  partly_late: number;
  /** Could enter no window. */
  late: number;
  dead_lettered: number;
  results: number;
}

export function noCounts(): Counts {
  return { read: 0, averaged: 0, partly_late: 0, late: 0, dead_lettered: 0, results: 0 };
}

export function addCounts(to: Counts, counts: Counts): void {
  for (const name of Object.keys(to) as (keyof Counts)[]) to[name] += counts[name];
}
