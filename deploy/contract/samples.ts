import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

export const topicDocs = resolve(import.meta.dirname, '../../docs/topics');

/** One record of a golden sample, as Kafka's console tools print it. */
export interface SampleRecord {
  /** Only in dead letters. */
  headers?: Record<string, string>;
  key: string;
  value: string;
}

/**
 * The golden samples of a topic: `docs/topics/samples/<topic>.tsv`, one record a line, `key⇥value` as
 * kafka-console-consumer prints it with `print.key`, in dead letters `headers⇥key⇥value`.
 * @param lines numbered from 1; all unless given
 */
export function samples(topic: string, lines?: number[]): SampleRecord[] {
  const all = sampleLines(topic);
  return (lines?.map((line) => all[line - 1]!) ?? all).map((line) => {
    const parts = line.split('\t');
    if (parts.length === 2) return { key: parts[0]!, value: parts[1]! };
    return { headers: parseHeaders(parts[0]!), key: parts[1]!, value: parts[2]! };
  });
}

/** The same as they stand in the file. */
export function sampleLines(topic: string): string[] {
  const path = resolve(topicDocs, 'samples', `${topic}.tsv`);
  return readFileSync(path, 'utf8').trimEnd().split('\n');
}

/** `name:value,name:value`; a detail holds commas of its own, a header's name does not. */
function parseHeaders(text: string): Record<string, string> {
  const pairs = text.split(/,(?=[a-z_]+:)/).map((pair) => {
    const colon = pair.indexOf(':');
    return [pair.slice(0, colon), pair.slice(colon + 1)];
  });
  return Object.fromEntries(pairs);
}
