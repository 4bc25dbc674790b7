import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { stringify } from 'yaml';
import { asyncApiDocument } from './asyncapi.ts';
import { fieldTable } from './field-table.ts';
import { schemas } from './messages.ts';
import { sampleLines, topicDocs } from './samples.ts';
import { topicTable } from './topic-table.ts';
import { vectorTable } from './vector-table.ts';

const PAGES = [
  'README',
  'prices',
  'averages',
  'averages-late',
  'averages-dead-letters',
  'averages-journal',
  'producers/README',
];

/**
 * All of docs/topics that is made from the code, by path within it: schemas, the AsyncAPI document, and the pages with
 * the parts between `<!-- name: arguments -->` and `<!-- end -->` made anew.
 */
export function contractFiles(): Map<string, string> {
  const files = new Map<string, string>();
  for (const [name, schema] of Object.entries(schemas)) {
    files.set(schemaPath(name), `${JSON.stringify(schema, null, 2)}\n`);
  }
  // No line is folded: a diff shows the sentence that changed.
  files.set('asyncapi.yaml', `${NOTE}${stringify(asyncApiDocument(), { lineWidth: 0 })}`);
  for (const page of PAGES)
    files.set(`${page}.md`, fillPage(readFileSync(resolve(topicDocs, `${page}.md`), 'utf8')));
  return files;
}

export function schemaPath(name: string): string {
  return `schemas/${name}.schema.json`;
}

const NOTE = '# Made from the code by `npm run contract`.\n';

/** What stands between the marks, by the mark's name. */
const PARTS: Record<string, (argument: string) => string> = {
  topics: () => topicTable(),
  fields: (schema) => fieldTable(schemas[schema]!),
  murmur2: () => vectorTable(),
  sample: (argument) => {
    const [topic, line] = argument.split(':');
    return `\`\`\`text\n${sampleLines(topic!)[Number(line) - 1]}\n\`\`\``;
  },
};

function fillPage(text: string): string {
  return text.replace(
    /<!-- (\w+)(?:: ([\w:-]+))? -->\n[\s\S]*?<!-- end -->/g,
    (_all, name: string, argument: string | undefined) => {
      const mark = argument === undefined ? name : `${name}: ${argument}`;
      return `<!-- ${mark} -->\n\n${PARTS[name]!(argument ?? '')}\n\n<!-- end -->`;
    },
  );
}
