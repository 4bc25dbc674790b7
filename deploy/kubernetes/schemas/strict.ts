interface Schema {
  properties?: Record<string, Schema>;
  additionalProperties?: unknown;
  [keyword: string]: unknown;
}

/**
 * An OpenAPI 3 schema as a strict JSON Schema: an object that lists its properties has no others, so that a misspelt field
 * is found, as the API server finds it. References to other schemas of the document become references to `definitions`.
 */
export function strict(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(strict);
  if (typeof schema === 'string') return schema.replace(/^#\/components\/schemas\//, '#/definitions/');
  if (typeof schema !== 'object' || schema === null) return schema;
  const entries = Object.entries(schema)
    // Words for people, some of which begin as a reference does.
    .filter(([keyword, value]) => !(keyword === 'description' && typeof value === 'string'))
    .map(([keyword, value]) => [keyword, strict(value)] as const);
  const made = Object.fromEntries(entries) as Schema;
  const isOpen = made['x-kubernetes-preserve-unknown-fields'] === true || 'additionalProperties' in made;
  const listsProperties = typeof made.properties === 'object' && made['type'] === 'object';
  return listsProperties && !isOpen ? { ...made, additionalProperties: false } : made;
}
