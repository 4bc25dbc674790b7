// Writes docs/settings.md from the schemas that the services read their environment by: `npm run docs:settings`.
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { commonSettings, settingMeta } from '@meanwhile/service';
import type { z } from 'zod';
import { aggregatorSchema } from '../services/aggregator/src/settings.ts';
import { topicsSchema } from '../services/cli/src/topics.ts';
import { producerSchema } from '../services/producer/src/settings.ts';
import { sinkSettings } from '../services/sink/src/sink-settings.ts';

export const settingsFile = resolve(import.meta.dirname, '../docs/settings.md');

/** Each service with its own schema; those of `common` are said once. */
export const schemas: Record<string, z.ZodObject> = {
  producer: producerSchema,
  aggregator: aggregatorSchema,
  sink: sinkSettings,
  'meanwhile topics': topicsSchema,
};

if (import.meta.main) writeFileSync(settingsFile, settingsDocument());

export function settingsDocument(): string {
  const common = Object.entries(commonSettings).filter(([name]) => name !== 'HTTP_PORT');
  const sections = Object.entries(schemas).map(([service, schema]) => {
    const own = Object.entries(schema.shape).filter(([name]) => !common.some(([known]) => known === name));
    return `## ${service}\n\n${table(own as Row[])}`;
  });
  return `# Settings

<!-- Written by \`npm run docs:settings\` from the schemas in the code; a test compares. -->

Settings are environment variables; an empty one counts as unset. \`npm run <service> -- --help\` shows those of a service,
\`-- --check\` checks them and ends with exit code 0 or 2. All faults are reported at once, each with the value found and what would
be right. A name that is near to a setting's but none is warned about. At start the settings in force are logged, once and without secrets.

Durations are written \`500ms\`, \`10s\`, \`5m\`, \`1h\`, \`7d\`. A secret may come from a file: \`KAFKA_SASL_PASSWORD_FILE\` holds its path.

## All services

The commands of \`npm run meanwhile\` take the \`KAFKA_…\` settings and \`LOG_LEVEL\` (\`warn\` unless set) of these.

${table(common)}

${sections.join('\n\n')}
`;
}

type Row = [name: string, piece: z.ZodType];

function table(rows: Row[]): string {
  const lines = rows.map(([name, piece]) => {
    const { syntax = 'text', defaultText, description = '' } = settingMeta(piece);
    const isOptional = piece.safeParse(undefined).success;
    const shownDefault = defaultText === undefined ? (isOptional ? '' : 'required') : code(defaultText);
    return `| ${code(name)} | ${code(syntax)} | ${shownDefault} | ${escaped(description).replaceAll('<', '&lt;')} |`;
  });
  return ['| Setting | Written | Default | Meaning |', '|---|---|---|---|', ...lines].join('\n');
}

function code(text: string): string {
  return `\`${escaped(text)}\``;
}

/** A bar would end the cell. */
function escaped(text: string): string {
  return text.replaceAll('|', '\\|');
}
