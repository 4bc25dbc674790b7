import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { Row } from './bench.ts';

export interface Report {
  command: string;
  machine: string;
  rows: readonly Row[];
}

const columns = ['what', 'ours', 'reference', 'ratio', 'wanted'] as const;

/** A table with what it takes to repeat it. */
export function markdown({ command, machine, rows }: Report): string {
  const date = new Date().toISOString().slice(0, 10);
  const header = columns.map((column) => (column === 'what' ? '' : column));
  const lines = [
    header,
    columns.map(() => '---'),
    ...rows.map((row) => columns.map((column) => row[column])),
  ];
  const table = lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
  return `\`${command}\`, ${date}. ${machine}.\n\n${table}\n`;
}

/**
 * Replaces what stands between `<!-- bench:name -->` and `<!-- /bench:name -->`; a document without them gets them at its end.
 *
 * @throws Error if only one of the two markers is there
 */
export function writeBetweenMarkers(path: string, name: string, text: string): void {
  const found = existsSync(path) ? readFileSync(path, 'utf8') : '# Benchmarks\n';
  writeFileSync(path, placed(found, name, text));
}

/** The document with the new text. */
export function placed(found: string, name: string, text: string): string {
  const [opening, closing] = [`<!-- bench:${name} -->`, `<!-- /bench:${name} -->`];
  const start = found.indexOf(opening);
  const end = found.indexOf(closing);
  const block = `${opening}\n${text}${closing}`;
  if (start < 0 && end < 0) return `${found.trimEnd()}\n\n## ${name}\n\n${block}\n`;
  if (start < 0 || end < start) {
    throw new Error(`markers of ${name}: found at ${start} and ${end}, wanted ${opening} before ${closing}`);
  }
  return found.slice(0, start) + block + found.slice(end + closing.length);
}
