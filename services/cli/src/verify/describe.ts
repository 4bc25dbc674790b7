import { decodeHeaders } from './header-bytes.ts';
import { parseObject, type RecordKind } from './identity.ts';
import type { RecordCopy } from './record-copy.ts';

/** A dead letter may be as large as any record. */
const TEXT_MAX = 600;

/** A record's value, and of a dead letter why it is one. */
export function describeRecord({ value, headers }: RecordCopy): string {
  const reason = decodeHeaders(headers).findLast(([name]) => name === 'reason')?.[1];
  return `${reason === undefined ? '' : `${reason} `}${textOf(value)}`;
}

/** What of a record is other than wanted. */
export function differencesOf(kind: RecordKind, expected: RecordCopy, found: RecordCopy): string {
  const differences: string[] = [];
  const note = (what: string, is: string | undefined, wanted: string | undefined) => {
    if (is !== wanted) differences.push(`${what} is ${is ?? 'missing'}, wanted ${wanted ?? 'none'}`);
  };
  note('key', textOf(found.key), textOf(expected.key));
  const [is, wanted] = kind === 'dead letter' ? [] : [parseObject(found.value), parseObject(expected.value)];
  if (is && wanted) noteFields(is, wanted, note);
  else note('value', textOf(found.value), textOf(expected.value));
  noteHeaders(found, expected, note);
  if (differences.length > 0) return differences.join('; ');
  return `written as ${textOf(found.value)}, wanted ${textOf(expected.value)}`;
}

type Note = (what: string, is: string | undefined, wanted: string | undefined) => void;

function noteFields(is: Record<string, unknown>, wanted: Record<string, unknown>, note: Note): void {
  for (const name of new Set([...Object.keys(wanted), ...Object.keys(is)]))
    note(name, jsonOf(is[name]), jsonOf(wanted[name]));
}

function noteHeaders(found: RecordCopy, expected: RecordCopy, note: Note): void {
  const [is, wanted] = [decodeHeaders(found.headers), decodeHeaders(expected.headers)];
  for (let i = 0; i < Math.max(is.length, wanted.length); i++) {
    const name = wanted[i]?.[0] ?? is[i]?.[0];
    note(`header ${name}`, is[i]?.join('='), wanted[i]?.join('='));
  }
}

function jsonOf(value: unknown): string | undefined {
  return value === undefined ? undefined : JSON.stringify(value);
}

function textOf(bytes: Uint8Array | null): string {
  if (bytes === null) return 'null';
  const text = Buffer.from(bytes).toString();
  return text.length > TEXT_MAX ? `${text.slice(0, TEXT_MAX)}… (${bytes.length} bytes)` : text;
}
