/** Whether `value` written as JSON and read again would equal `parsed`, which was: without doing either. */
export function equalsJson(value: unknown, parsed: unknown): boolean {
  if (typeof value === 'number') return parsed === (Number.isFinite(value) ? value : null);
  if (typeof value !== 'object' || value === null) return (value ?? null) === (parsed ?? null);
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(value) !== Array.isArray(parsed))
    return false;
  const fields = Object.entries(value).filter(([, field]) => field !== undefined || Array.isArray(value));
  return (
    fields.length === Object.keys(parsed).length &&
    fields.every(([name, field]) => Object.hasOwn(parsed, name) && equalsJson(field, (parsed as never)[name]))
  );
}
