// `npm run contract`: writes what docs/topics has from the code. A change that breaks the published schemas is
// refused: it wants a new schema_version.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { contractFiles } from './contract-files.ts';
import { publishedBreaks } from './published.ts';
import { topicDocs } from './samples.ts';

const breaks = publishedBreaks();
if (breaks.length > 0) {
  console.error(
    `contract: the published schemas would break:\n  ${breaks.join('\n  ')}\n` +
      'wanted: within a schema_version only optional fields are added (docs/topics/README.md, "Versions")',
  );
  process.exitCode = 1;
} else {
  for (const [name, text] of contractFiles()) {
    const path = resolve(topicDocs, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  console.log(`contract: docs/topics is as the code says`);
}
