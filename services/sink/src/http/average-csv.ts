import { type AnsweredAverage, AVERAGE_FIELDS } from './average-json.ts';

/** RFC 4180 with a header line; a field that a row does not have is empty. */
export function averageCsv(rows: AnsweredAverage[]): string {
  const lines = [AVERAGE_FIELDS.join(',')];
  for (const row of rows) lines.push(AVERAGE_FIELDS.map((field) => cell(row[field])).join(','));
  return `${lines.join('\r\n')}\r\n`;
}

function cell(value: string | number | boolean | undefined): string {
  if (value === undefined) return '';
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** True when an Accept header likes CSV better than JSON. */
export function prefersCsv(accept: string | undefined): boolean {
  if (accept === undefined) return false;
  const csv = quality(accept, ['text/csv', 'text/*']);
  return csv > 0 && csv > quality(accept, ['application/json', 'application/*', '*/*']);
}

/** The weight of the first of these media ranges that the header names. */
function quality(accept: string, ranges: string[]): number {
  const weights = new Map<string, number>();
  for (const part of accept.toLowerCase().split(',')) {
    const [range = '', ...parameters] = part.split(';').map((piece) => piece.trim());
    const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
    weights.set(range, weight === undefined ? 1 : Number(weight) || 0);
  }
  const named = ranges.find((range) => weights.has(range));
  return named === undefined ? 0 : weights.get(named)!;
}
