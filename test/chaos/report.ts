import { appendFileSync, existsSync } from 'node:fs';
import { percentile } from './figures.ts';

/** `full`: all faults, with times; `cut`: a few of each, and no times, since whatever else runs here would be measured. */
export const isFull = process.env['TEST_SCALE'] === 'full';

/** How often a fault is made at this scale. */
export function times(full: number, cut: number): number {
  return isFull ? full : cut;
}

/** A full run takes minutes per file: one line for each step of it. */
export function progress(text: string): void {
  if (isFull) process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${text}\n`);
}

const HEAD = '| what, in ms | count | p50 | p95 | max |\n|---|---|---|---|---|\n';

/** One row of the table of times, on stdout and in the file that CHAOS_REPORT names; only a full run makes one. */
export function reportTimes(what: string, valuesMs: readonly number[]): void {
  if (!isFull) return;
  const [p50, p95, max] = [0.5, 0.95, 1].map((rank) => Math.round(percentile(valuesMs, rank)));
  const row = `| ${what} | ${valuesMs.length} | ${p50} | ${p95} | ${max} |\n`;
  process.stdout.write(HEAD + row);
  const file = process.env['CHAOS_REPORT'];
  if (file) appendFileSync(file, existsSync(file) ? row : HEAD + row);
}
