type Json = Record<string, unknown>;

/** Keywords that only speak to people. */
const PROSE = new Set(['title', 'description', 'examples']);

/**
 * What of a message's published schema a new one breaks; [] if nothing. Within a version the only change is a
 * further optional field: whoever reads needs every field as it was described, whoever writes must not be asked for more,
 * and old messages stay valid.
 *
 * @returns one line each: the path of the field and what happened to it
 */
export function breakingChanges(published: Json, current: Json, path = ''): string[] {
  const before = asFields(published['properties']);
  const after = asFields(current['properties']);
  const found: string[] = [];
  for (const [name, field] of Object.entries(before)) {
    const place = path === '' ? name : `${path}.${name}`;
    if (after[name] === undefined) found.push(`${place}: removed`);
    else found.push(...breakingChanges(field, after[name], place));
  }
  for (const name of difference(current['required'], published['required'])) {
    found.push(`${path === '' ? name : `${path}.${name}`}: required, was optional or not there`);
  }
  for (const name of difference(published['required'], current['required'])) {
    found.push(`${path === '' ? name : `${path}.${name}`}: optional, was required`);
  }
  return [...found, ...changedKeywords(published, current, path || 'message')];
}

/** Types, bounds, patterns, constants: a narrower one refuses what was good, a wider one surprises readers. */
function changedKeywords(published: Json, current: Json, place: string): string[] {
  const keywords = new Set([...Object.keys(published), ...Object.keys(current)]);
  return [...keywords]
    .filter((name) => !PROSE.has(name) && name !== 'properties' && name !== 'required')
    .filter((name) => JSON.stringify(published[name]) !== JSON.stringify(current[name]))
    .map((name) => `${place}: ${name} ${text(current[name])}, was ${text(published[name])}`);
}

function asFields(value: unknown): Record<string, Json> {
  return (value ?? {}) as Record<string, Json>;
}

/** Names in the first list that are not in the second. */
function difference(some: unknown, others: unknown): string[] {
  const known = new Set((others ?? []) as string[]);
  return ((some ?? []) as string[]).filter((name) => !known.has(name));
}

function text(value: unknown): string {
  return value === undefined ? 'not there' : JSON.stringify(value);
}
