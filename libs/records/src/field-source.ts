/**
 * The source text of a field's value in a JSON text: a top-level name, else a dotted path through objects;
 * of equal names in one object the last. undefined where there is no such field.
 *
 * `json` must be valid JSON (JSON.parse accepted it). JSON.parse with a reviver would give the source text
 * too, but it recurses: how deep a value may be nested would depend on the stack that happens to be left,
 * and a result must depend on nothing but the log. Here nesting costs no stack, and since values are found
 * by their text there are no prototypes to beware of.
 */
export function fieldSource(json: string, field: string): string | undefined {
  return pathSource(json, [field]) ?? (field.includes('.') ? pathSource(json, field.split('.')) : undefined);
}

function pathSource(json: string, names: string[]): string | undefined {
  let at = skipSpace(json, 0);
  for (const name of names) {
    at = lastMember(json, at, name);
    if (at < 0) return undefined;
  }
  return json.slice(at, skipValue(json, at));
}

/** Where the value of the last member of that name begins; -1 if there is none, or no object at `at`. */
function lastMember(json: string, at: number, name: string): number {
  if (json[at] !== '{') return -1;
  let found = -1;
  let index = skipSpace(json, at + 1);
  while (json[index] === '"') {
    const nameEnd = skipString(json, index);
    const valueStart = skipSpace(json, skipSpace(json, nameEnd) + 1);
    if (isName(json.slice(index, nameEnd), name)) found = valueStart;
    index = skipSpace(json, skipValue(json, valueStart));
    if (json[index] === ',') index = skipSpace(json, index + 1);
  }
  return found;
}

function isName(literal: string, name: string): boolean {
  return literal.includes('\\') ? JSON.parse(literal) === name : literal.slice(1, -1) === name;
}

function skipValue(json: string, start: number): number {
  if (json[start] !== '{' && json[start] !== '[') return skipScalar(json, start);
  let depth = 0;
  let index = start;
  do {
    const character = json[index];
    if (character === '"') {
      index = skipString(json, index);
      continue;
    }
    if (character === '{' || character === '[') depth++;
    else if (character === '}' || character === ']') depth--;
    index++;
  } while (depth > 0);
  return index;
}

function skipScalar(json: string, start: number): number {
  if (json[start] === '"') return skipString(json, start);
  let index = start;
  while (index < json.length && !SCALAR_ENDS.includes(json[index]!)) index++;
  return index;
}

function skipString(json: string, start: number): number {
  let index = start + 1;
  while (json[index] !== '"') index += json[index] === '\\' ? 2 : 1;
  return index + 1;
}

function skipSpace(json: string, start: number): number {
  let index = start;
  while (index < json.length && SPACES.includes(json[index]!)) index++;
  return index;
}

const SPACES = ' \n\r\t';
const SCALAR_ENDS = `${SPACES},]}`;
