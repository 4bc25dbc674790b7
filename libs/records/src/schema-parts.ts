/** A JSON Schema 2020-12, as plain data. Only keywords that mean the same in draft 07: AsyncAPI's tools read that one. */
export interface MessageSchema {
  $schema: string;
  $id: string;
  title: string;
  description: string;
  type: 'object';
  properties: Record<string, FieldSchema>;
  required: string[];
}

export interface FieldSchema {
  description?: string;
  [keyword: string]: unknown;
}

const DIALECT = 'https://json-schema.org/draft/2020-12/schema';

/** Field types that several messages share. */
export const parts = {
  number: { type: 'number' },
  text: { type: 'string' },
  flag: { type: 'boolean' },
  count: { type: 'integer', minimum: 0 },
  positive: { type: 'integer', minimum: 1 },
  /** Milliseconds since the epoch; a window may begin before it. */
  timeMs: { type: 'integer' },
  timeOrNull: { type: ['integer', 'null'] },
  names: { type: 'array', items: { type: 'string' } },
  /** Header values are bytes; these hold decimal digits. */
  digits: { type: 'string', pattern: '^[0-9]+$' },
} as const;

/** The same type with a description of this field. */
export function field(type: object, description: string): FieldSchema {
  return { description, ...type };
}

/**
 * A message or the headers of one. Further fields are allowed: readers ignore what they do not know.
 * @param o.id stands in `$id` and names the file. @param o.optional fields that may be missing
 */
export function messageSchema(o: {
  id: string;
  version: number;
  title: string;
  description: string;
  fields: Record<string, FieldSchema>;
  optional?: readonly string[];
}): MessageSchema {
  return {
    $schema: DIALECT,
    $id: `urn:meanwhile:${o.id}:${o.version}`,
    title: o.title,
    description: o.description,
    type: 'object',
    properties: o.fields,
    required: Object.keys(o.fields).filter((name) => !o.optional?.includes(name)),
  };
}
