import type { z } from 'zod';
import { settingMeta } from './setting-meta.ts';

/** The settings of a service as lines of text: name, what is written, default, meaning. */
export function settingsTable(schema: z.ZodObject): string {
  const rows = Object.entries(schema.shape).map(([name, piece]) => {
    const { syntax = 'text', defaultText, description = '' } = settingMeta(piece);
    const isOptional = piece.safeParse(undefined).success;
    return [name, syntax, defaultText ?? (isOptional ? '-' : 'required'), description];
  });
  const table = [['Setting', 'Written', 'Default', 'Meaning'], ...rows];
  const widths = [0, 1, 2].map((column) =>
    Math.min(40, Math.max(...table.map((row) => row[column]!.length))),
  );
  return table
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
