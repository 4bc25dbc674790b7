import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { breakingChanges } from './compatibility.ts';
import { schemaPath } from './contract-files.ts';
import { schemas } from './messages.ts';
import { topicDocs } from './samples.ts';

type Json = Record<string, unknown>;

/** What the code's schemas break of those of the same version in docs/topics/schemas, one line each with the message's name. */
export function publishedBreaks(current: Record<string, object> = schemas): string[] {
  return Object.entries(current).flatMap(([name, schema]) => {
    const path = resolve(topicDocs, schemaPath(name));
    if (!existsSync(path)) return []; // a message that is new
    const published = JSON.parse(readFileSync(path, 'utf8')) as Json;
    // Another version is another promise: `$id` holds it.
    if (published['$id'] !== (schema as Json)['$id']) return [];
    return breakingChanges(published, schema as Json).map((line) => `${name}: ${line}`);
  });
}
