import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { kafkaRules } from './kafka-rules.ts';
import { nearMiss } from './near-miss.ts';
import { SECRET } from './secrets.ts';
import { settingMeta } from './setting-meta.ts';
import { type SettingFault, SettingsError } from './settings-error.ts';

export type Environment = Record<string, string | undefined>;

/** A rule over several settings. Sees the values that are right so far; `fault` names the setting to blame. */
export type SettingsRule<T> = (
  values: Partial<T>,
  fault: (name: keyof T & string, wanted: string) => void,
) => void;

export interface SettingsSource<S extends z.ZodObject> {
  schema: S;
  env: Environment;
  service: string;
  /** Rules over several settings; they run even when single settings are at fault, so that all is said at once. */
  rules?: readonly SettingsRule<z.output<S>>[];
  /** Names that look like ours and are not meant for this service. */
  ignore?: readonly string[];
  /** Told of each name that looks like a setting and is none. */
  warn?: (message: string) => void;
}

export interface ReadSettings<T> {
  values: Partial<T>;
  faults: SettingFault[];
  warnings: string[];
  /** The texts in force, defaults included, secrets as `[secret]`. */
  effective: Record<string, string>;
  /** The secret values themselves, for the log to leave out. */
  secrets: string[];
}

/**
 * The settings of a service from its environment. An empty variable counts as unset.
 * @throws SettingsError (exit code 2) naming every fault.
 */
export function loadSettings<S extends z.ZodObject>(source: SettingsSource<S>): z.output<S> {
  const read = readSettings(source);
  for (const warning of read.warnings) source.warn?.(warning);
  if (read.faults.length > 0) throw new SettingsError(read.faults);
  return read.values as z.output<S>;
}

/** The same without throwing: what is right, what is not, and what should be said. */
export function readSettings<S extends z.ZodObject>(source: SettingsSource<S>): ReadSettings<z.output<S>> {
  const { schema, env } = source;
  const texts = new Map<string, string>();
  const values: Record<string, unknown> = {};
  const read = {
    values,
    faults: [],
    effective: {},
    secrets: [],
    warnings: warningsOf(source),
  } as ReadSettings<unknown>;
  const faulty = new Set<string>();
  const fault = (name: string, found: string | undefined, wanted: string) => {
    faulty.add(name);
    read.faults.push({ name, found, wanted });
  };
  const shown = (name: string) => {
    const isSecret = texts.has(name) && settingMeta(schema.shape[name]!).secret === true;
    return isSecret ? SECRET : texts.get(name);
  };

  for (const [name, piece] of Object.entries(schema.shape)) {
    const meta = settingMeta(piece);
    const text = textOf(name, meta, env, fault);
    if (text !== undefined) texts.set(name, text);
    if (meta.secret === true && text !== undefined) read.secrets.push(text);
    const inForce = shown(name) ?? meta.defaultText;
    if (inForce !== undefined) read.effective[name] = inForce;
    if (faulty.has(name) || faulty.has(`${name}_FILE`)) continue;
    const result = z.safeParse(piece, text);
    if (result.success) values[name] = result.data;
    else fault(name, shown(name), withoutSecret(result.error.issues[0]!.message, text, meta.secret));
  }

  const rules = [...(source.rules ?? []), kafkaRules] as SettingsRule<Record<string, unknown>>[];
  for (const rule of rules) {
    rule(values, (name, wanted) =>
      fault(name, shown(name) ?? settingMeta(schema.shape[name]!).defaultText, wanted),
    );
  }
  if (read.faults.length === 0) {
    const whole = schema.safeParse(Object.fromEntries(texts)); // refinements on the object itself
    for (const issue of whole.error?.issues ?? []) {
      const name = String(issue.path[0] ?? source.service);
      fault(name, shown(name), issue.message);
    }
  }
  return read as ReadSettings<z.output<S>>;
}

type AddFault = (name: string, found: string | undefined, wanted: string) => void;

/** The text set for a setting under its name, its alias or, for a secret, in its file. */
function textOf(
  name: string,
  meta: { alias?: string; secret?: boolean },
  env: Environment,
  fault: AddFault,
): string | undefined {
  const own = env[name] || undefined;
  if (meta.alias !== undefined) {
    const other = env[meta.alias] || undefined;
    if (own !== undefined && other !== undefined && own !== other) {
      fault(meta.alias, meta.secret ? SECRET : other, `the same as ${name}, or only one of the two`);
    }
    return own ?? other;
  }
  const path = meta.secret === true ? env[`${name}_FILE`] || undefined : undefined;
  if (path === undefined) return own;
  if (own !== undefined) {
    fault(`${name}_FILE`, path, `${name} is set too: only one of the two`);
    return own;
  }
  try {
    const text = readFileSync(path, 'utf8').replace(/\r?\n$/, ''); // editors and `echo` end a file with a newline
    if (text === '') fault(`${name}_FILE`, path, 'a file that is not empty');
    return text || undefined;
  } catch (error) {
    fault(`${name}_FILE`, path, `the path of a readable file (${(error as NodeJS.ErrnoException).code})`);
    return undefined;
  }
}

function withoutSecret(message: string, text: string | undefined, isSecret: boolean | undefined): string {
  return isSecret && text ? message.replaceAll(text, SECRET) : message;
}

function warningsOf<S extends z.ZodObject>({ schema, env, ignore = [] }: SettingsSource<S>): string[] {
  const known = Object.entries(schema.shape).flatMap(([name, piece]) => {
    const meta = settingMeta(piece);
    return [name, ...(meta.alias ? [meta.alias] : []), ...(meta.secret ? [`${name}_FILE`] : [])];
  });
  const warnings: string[] = [];
  for (const name of Object.keys(env)) {
    if (!env[name] || ignore.includes(name)) continue;
    const meant = nearMiss(name, known);
    if (meant !== undefined) warnings.push(`unknown setting ${name}: did you mean ${meant}?`);
  }
  return warnings;
}
