import type { Accounting } from '@meanwhile/records';

export function noCounts(): Accounting {
  return { read: 0, averaged: 0, partly_late: 0, late: 0, dead_lettered: 0, results: 0 };
}

export function addCounts(to: Accounting, counts: Accounting): void {
  for (const name of Object.keys(to) as (keyof Accounting)[]) to[name] += counts[name];
}
