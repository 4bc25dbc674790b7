import { accessSync, constants } from 'node:fs';
import { z } from 'zod';
import { parseDuration } from './duration.ts';

/** What loadSettings and the help table want to know about a piece, kept in zod's registry by `.meta()`. */
export interface SettingMeta {
  /** The kind of text, for the help table: `duration`, `a|b|c` … */
  syntax?: string;
  /** Never shown; may also come from the file that `<NAME>_FILE` names. */
  secret?: boolean;
  /** Another name for the same setting. */
  alias?: string;
  description?: string;
}

/**
 * zod pieces that read the text of an environment variable. Defaults are texts too and go in by `.prefault('10s')`;
 * `.optional()` for a setting that may be absent; `.describe('…')` last, for the help table.
 * The message of a fault is what would be right, without the name and the value: loadSettings adds these.
 */
export const settings = {
  /** `500ms`, `10s`, `5m`, `1h`, `7d`, `0` → ms. Limits are durations too. */
  duration(limits: { min?: string; max?: string } = {}) {
    return piece({ syntax: 'duration' }, durationWanted(limits), (text) => durationWithin(text, limits));
  },

  /** A duration, or `off` → null. */
  durationOrOff(limits: { min?: string; max?: string } = {}) {
    return piece<number | null>({ syntax: 'duration|off' }, `${durationWanted(limits)}, or off`, (text) =>
      text === 'off' ? null : durationWithin(text, limits),
    );
  },

  /** Comma list → texts, at least one, none empty; spaces around a text are dropped. */
  list() {
    return piece({ syntax: 'a,b,…' }, 'a comma list without empty entries', (text) => {
      const entries = text.split(',').map((entry) => entry.trim());
      return entries.includes('') ? undefined : entries;
    });
  },

  /** A whole number in plain decimal digits. */
  integer(limits: { min?: number; max?: number } = {}) {
    const wanted = `a whole number${limitsText(limits.min, limits.max)}`;
    return piece({ syntax: 'integer' }, wanted, (text) => {
      const value = /^-?[0-9]+$/.test(text) ? Number(text) : Number.NaN;
      return Number.isSafeInteger(value) && within(value, limits) ? value : undefined;
    });
  },

  /** A number in plain decimal notation. */
  number(limits: { min?: number; max?: number; above?: number } = {}) {
    const above = limits.above === undefined ? '' : ` above ${limits.above}`;
    const wanted = `a number${above}${limitsText(limits.min, limits.max)}`;
    return piece({ syntax: 'number' }, wanted, (text) => {
      const value = /^-?[0-9]+(\.[0-9]+)?$/.test(text) ? Number(text) : Number.NaN;
      const isAbove = limits.above === undefined || value > limits.above;
      return Number.isFinite(value) && isAbove && within(value, limits) ? value : undefined;
    });
  },

  /** One of the given texts, as they are written. */
  choice<const T extends string>(choices: readonly T[]) {
    return piece({ syntax: choices.join('|') }, `one of ${choices.join(', ')}`, (text) =>
      choices.find((choice) => choice === text),
    );
  },

  /** `on` → true, `off` → false. */
  onOff() {
    return piece({ syntax: 'on|off' }, 'on or off', (text) =>
      text === 'on' || text === 'true' ? true : text === 'off' || text === 'false' ? false : undefined,
    );
  },

  /** A TCP port; 0: any free one. */
  port() {
    return settings.integer({ min: 0, max: 65_535 }).meta({ syntax: 'port' } satisfies SettingMeta);
  },

  /** Any text that is not empty. */
  text() {
    return piece({ syntax: 'text' }, 'a text', (text) => text);
  },

  /** A topic name as Kafka allows it. */
  topic() {
    const wanted = 'a topic name (letters, digits, ".", "_", "-", at most 249 characters)';
    return piece({ syntax: 'topic' }, wanted, (text) =>
      /^[A-Za-z0-9._-]{1,249}$/.test(text) && text !== '.' && text !== '..' ? text : undefined,
    );
  },

  /** The path of a file that can be read now. */
  readableFile() {
    return piece({ syntax: 'path' }, 'the path of a readable file', (text) => {
      try {
        accessSync(text, constants.R_OK);
        return text;
      } catch {
        return undefined;
      }
    });
  },

  /** A secret text: never logged, and readable from the file named by `<NAME>_FILE`. */
  secret() {
    return piece({ syntax: 'secret', secret: true }, 'a secret text', (text) => text);
  },

  /** The value `read` makes of the text; the message of the error it throws says what would be right. */
  parsed<T>(read: (text: string) => T, meta: SettingMeta = {}) {
    return z
      .string({ error: meta.syntax ?? 'a text' })
      .transform((text, context) => {
        try {
          return read(text);
        } catch (error) {
          context.issues.push({ code: 'custom', message: (error as Error).message, input: text });
          return z.NEVER;
        }
      })
      .meta({ ...meta });
  },
};

/** A piece for which `undefined` from `read` means: not what is wanted. */
function piece<T>(meta: SettingMeta, wanted: string, read: (text: string) => T | undefined) {
  return z
    .string({ error: wanted })
    .transform((text, context): T => {
      const value = read(text);
      if (value !== undefined) return value;
      context.issues.push({ code: 'custom', message: wanted, input: text });
      return z.NEVER;
    })
    .meta({ ...meta });
}

function durationWithin(text: string, limits: { min?: string; max?: string }): number | undefined {
  const durationMs = parseDuration(text);
  if (durationMs === undefined) return undefined;
  if (limits.min !== undefined && durationMs < parseDuration(limits.min)!) return undefined;
  if (limits.max !== undefined && durationMs > parseDuration(limits.max)!) return undefined;
  return durationMs;
}

function durationWanted(limits: { min?: string; max?: string }): string {
  return `a duration such as 500ms, 10s, 5m, 1h or 7d${limitsText(limits.min, limits.max)}`;
}

function within(value: number, limits: { min?: number; max?: number }): boolean {
  return value >= (limits.min ?? -Infinity) && value <= (limits.max ?? Infinity);
}

function limitsText(min?: string | number, max?: string | number): string {
  if (min !== undefined && max !== undefined) return ` from ${min} to ${max}`;
  if (min !== undefined) return `, at least ${min}`;
  return max === undefined ? '' : `, at most ${max}`;
}
