import type { FieldSchema, MessageSchema } from '@meanwhile/records';

/** The fields of a message as a Markdown table, in their order on the wire. */
export function fieldTable(schema: MessageSchema): string {
  const rows = Object.entries(schema.properties).map(([name, field]) => {
    const note = schema.required.includes(name) ? '' : ' May be missing.';
    return `| \`${name}\` | ${typeText(field)} | ${sentence(field.description ?? '')}${note} |`;
  });
  return ['| field | type | meaning |', '|---|---|---|', ...rows].join('\n');
}

/** `integer ≥ 1`, `number or string`, `"commit"` */
function typeText(field: FieldSchema): string {
  if ('const' in field) return `\`${JSON.stringify(field['const'])}\``;
  if (Array.isArray(field['enum'])) return field['enum'].map((value) => `\`${value}\``).join(', ');
  const type = [field['type']].flat().join(' or ');
  if (type === 'array') return 'array of strings';
  const [minimum, maximum] = [bound(field['minimum']), bound(field['maximum'])];
  if (minimum !== undefined && maximum !== undefined) return `${type}, ${minimum} … ${maximum}`;
  return minimum === undefined ? type : `${type} ≥ ${minimum}`;
}

function bound(value: unknown): string | undefined {
  return value === undefined ? undefined : JSON.stringify(value);
}

function sentence(text: string): string {
  // A code span or a name at the start keeps its case.
  const start = /^[a-z]+\b/.test(text) ? text[0]!.toUpperCase() + text.slice(1) : text;
  return start === '' || start.endsWith('.') ? start : `${start}.`;
}
