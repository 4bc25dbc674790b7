import { parse } from 'csv-parse/sync';
import type { Price } from '../price.ts';
import { LINE_LENGTH_MAX } from './lines.ts';
import { eventTimeMs, jsonNumber } from './price-text.ts';

/** A price, or why the line is none. */
export type ReadLine = (text: string) => Price | string;

/** What a price file must have and has not: nothing of it could be read. */
export class FormatError extends Error {
  override readonly name = 'FormatError';
  readonly exitCode = 2;
  readonly remedy =
    'give CSV with the header symbol,timestamp,price (others are ignored) or one JSON price per line';
}

/**
 * Reads lines as the first of them asks for: NDJSON when it begins with a brace, else CSV with that line as its header.
 * @returns undefined as reader's first line when it was a header. @throws FormatError for a header without our columns.
 */
export function lineReader(firstLine: string): { read: ReadLine; isHeader: boolean } {
  if (firstLine.trimStart().startsWith('{')) return { read: guarded(jsonLine), isHeader: false };
  return { read: guarded(csvLine(firstLine)), isHeader: true };
}

function guarded(read: ReadLine): ReadLine {
  return (text) => {
    if (text.length > LINE_LENGTH_MAX) return `over ${LINE_LENGTH_MAX} characters long`;
    if (text.includes('\uFFFD')) return 'not UTF-8';
    return read(text);
  };
}

function csvLine(header: string): ReadLine {
  const columns = (fieldsOf(header) ?? []).map((name) => name.trim().toLowerCase());
  const [symbolAt, timeAt, priceAt] = ['symbol', 'timestamp', 'price'].map((name) => {
    const index = columns.indexOf(name);
    if (index >= 0) return index;
    throw new FormatError(
      `no column ${name}: found the header "${header.slice(0, 200)}", wanted symbol,timestamp,price`,
    );
  }) as [number, number, number];
  return (text) => {
    const fields = fieldsOf(text);
    if (fields === undefined) return 'a quote that does not end, or stands inside a field';
    if (fields.length !== columns.length) return `${fields.length} fields, wanted ${columns.length}`;
    return priceOf(fields[symbolAt]!, fields[priceAt]!.trim(), fields[timeAt]!.trim());
  };
}

/**
 * The fields of one line of CSV. A line is a record: no symbol holds a newline, and so a stray quote costs one line and
 * not the rest of the file. Lines without a quote need no parser.
 */
function fieldsOf(line: string): string[] | undefined {
  if (!line.includes('"')) return line.split(',');
  try {
    return (parse(line, { relax_column_count: true }) as string[][])[0];
  } catch {
    return undefined;
  }
}

function jsonLine(text: string): Price | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'not JSON';
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'not a JSON object';
  const { symbol, price, timestamp } = value as Record<string, unknown>;
  if (typeof symbol !== 'string') return 'no symbol';
  return priceOf(symbol, numberText(price), numberText(timestamp));
}

/** Exchanges send decimals as numbers or as strings. */
function numberText(value: unknown): string {
  if (typeof value === 'string') return value;
  return typeof value === 'number' ? String(value) : '';
}

function priceOf(symbol: string, priceText: string, timeText: string): Price | string {
  if (symbol === '') return 'no symbol';
  const price = jsonNumber(priceText);
  if (price === undefined) return `price is not a number: ${shown(priceText)}`;
  const timeMs = eventTimeMs(timeText);
  if (timeMs === undefined) return `timestamp is not a time in ms: ${shown(timeText)}`;
  return { symbol, price, timeMs, dueMs: 0 };
}

function shown(text: string): string {
  return text === '' ? 'nothing' : `"${text.slice(0, 40)}"`;
}
