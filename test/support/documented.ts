/** What docs/OPERATIONS.md promises, read from its text: the names in the first column of a section's table. */
function namesIn(operations: string, section: string): string[] {
  const text = new RegExp(`^## ${section}\\n([\\s\\S]*?)^## `, 'm').exec(operations)?.[1] ?? '';
  const cells = [...text.matchAll(/^\| (`[^|]+`) \|/gm)].map(([, cell]) => cell!);
  return cells.flatMap((cell) => [...cell.matchAll(/`(\w+)`/g)].map(([, name]) => name!));
}

export function documentedMetrics(operations: string): string[] {
  return namesIn(operations, 'Metrics').filter((name) => name.startsWith('meanwhile_'));
}

export function documentedLogFields(operations: string): string[] {
  return namesIn(operations, 'Logs');
}
