import { decodeHeaders } from './header-bytes.ts';

/** Which output a record is in. */
export type RecordKind = 'average' | 'late' | 'dead letter';

/** For reports: what cannot be read of a record is left out. Names are those of the wire. */
export interface ReportedFields {
  symbol?: string;
  window?: string;
  window_start?: number;
  window_end?: number;
  revision?: number;
  input_offset?: number;
}

/** What a record is about: no two in a topic have the same. */
export interface Identity {
  /** The record, with its revision. */
  id: string;
  /** Without: one window's results share it. */
  subject: string;
  /** Highest input offset that it rests on; -1: cannot be read. */
  inputOffset: number;
  fields: ReportedFields;
}

interface RecordParts {
  key: Uint8Array | null;
  value: Uint8Array | null;
  headers: Uint8Array;
}

/** Reads what it can: in a doctored record anything may be missing. */
export function identify(kind: RecordKind, record: RecordParts): Identity {
  if (kind === 'dead letter') return ofDeadLetter(record);
  const json = parseObject(record.value);
  if (json === undefined) return unreadable(record);
  const { symbol, window, window_start, window_end, revision, input_offset } = json;
  const fields: Identity['fields'] = {
    ...(typeof symbol === 'string' ? { symbol } : {}),
    ...(typeof input_offset === 'number' ? { input_offset } : {}),
  };
  const inputOffset = fields.input_offset ?? -1;
  if (kind === 'late') {
    const id = `late ${inputOffset}`;
    return { id, subject: id, inputOffset, fields };
  }
  if (typeof window === 'string') fields.window = window;
  if (typeof window_start === 'number') fields.window_start = window_start;
  if (typeof window_end === 'number') fields.window_end = window_end;
  if (typeof revision === 'number') fields.revision = revision;
  const subject = JSON.stringify([symbol, window, window_start, window_end]);
  return { id: `${subject} ${JSON.stringify(revision)}`, subject, inputOffset, fields };
}

/** Undefined: no JSON object. */
export function parseObject(value: Uint8Array | null): Record<string, unknown> | undefined {
  try {
    const json: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(value ?? undefined));
    return typeof json === 'object' && json !== null && !Array.isArray(json)
      ? (json as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

/** Ours are the last of the headers. */
function ofDeadLetter({ key, headers }: RecordParts): Identity {
  const offset = decodeHeaders(headers).findLast(([name]) => name === 'input_offset')?.[1];
  const inputOffset = offset !== undefined && /^\d+$/.test(offset) ? Number(offset) : -1;
  const id = `dead letter ${offset}`;
  const symbol = key === null ? {} : { symbol: Buffer.from(key).toString() };
  return {
    id,
    subject: id,
    inputOffset,
    fields: { ...symbol, ...(inputOffset < 0 ? {} : { input_offset: inputOffset }) },
  };
}

function unreadable({ key, value }: RecordParts): Identity {
  const text = (bytes: Uint8Array | null) =>
    bytes === null ? 'null' : Buffer.from(bytes).toString('latin1');
  const id = `unreadable ${text(key)} ${text(value)}`;
  return { id, subject: id, inputOffset: -1, fields: {} };
}
