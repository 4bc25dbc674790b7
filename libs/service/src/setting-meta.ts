import { z } from 'zod';
import type { SettingMeta } from './settings.ts';

/** What the pieces of a setting say about it, the outermost first, and its default as a text (undefined: none). */
export function settingMeta(schema: z.core.$ZodType): SettingMeta & { defaultText?: string } {
  const found: SettingMeta & { defaultText?: string } = {};
  let layer: z.core.$ZodType | undefined = schema;
  while (layer !== undefined) {
    const meta = z.globalRegistry.get(layer) as SettingMeta | undefined;
    const description = meta?.description;
    if (description !== undefined) found.description ??= description;
    if (meta?.syntax !== undefined) found.syntax ??= meta.syntax;
    if (meta?.secret !== undefined) found.secret ??= meta.secret;
    if (meta?.alias !== undefined) found.alias ??= meta.alias;
    const definition = layer._zod.def as { defaultValue?: unknown; innerType?: z.core.$ZodType };
    if (definition.defaultValue !== undefined) found.defaultText ??= textOf(definition.defaultValue);
    layer = definition.innerType;
  }
  return found;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
