import type { WindowDefinition, WindowKind } from './types.ts';
import { windowName } from './window-name.ts';

export type ParsedWindow = Omit<WindowDefinition, 'emit'>;

const UNIT_MS: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
/** With it the highest event time plus size plus grace is still an exact integer. */
const SIZE_MS_MAX = 1e14;
/** A record enters size / step windows: past this a single record costs milliseconds. */
const STEPS_MAX = 10_000;
/** Missed and accepted definitions are bits of one integer. */
const WINDOWS_MAX = 31;

const KINDS: Record<string, string> = {
  sliding: 'sliding:10s',
  tumbling: 'tumbling:1m',
  hopping: 'hopping:5m/1m',
  session: 'session:30s',
};

/**
 * Reads WINDOWS, such as `sliding:10s,tumbling:1m,hopping:5m/1m,session:30s`.
 * @throws Error with all faults, each with the text found and what would be right
 */
export function parseWindows(text: string): ParsedWindow[] {
  const faults: string[] = [];
  const windows: ParsedWindow[] = [];
  const names = new Set<string>();
  for (const part of text.split(',')) {
    const window = parseWindow(part.trim());
    if (typeof window === 'string') {
      faults.push(window);
      continue;
    }
    if (names.has(window.name)) faults.push(`${part.trim()}: the same definition twice, wanted once`);
    names.add(window.name);
    windows.push(window);
  }
  if (windows.length > WINDOWS_MAX)
    faults.push(`${windows.length} definitions, wanted at most ${WINDOWS_MAX}`);
  if (faults.length > 0) throw new Error(faults.join('; '));
  return windows;
}

/** @returns the definition, or what is wrong with it */
function parseWindow(part: string): ParsedWindow | string {
  const match = /^([^:]*):(.*)$/.exec(part);
  const kind = match?.[1]?.trim() ?? part;
  const example = Object.hasOwn(KINDS, kind) ? KINDS[kind]! : undefined;
  if (example === undefined) {
    return `"${part}": unknown kind of window "${kind}", wanted one such as ${Object.values(KINDS).join(', ')}`;
  }
  const sizes = (match?.[2] ?? '').split('/').map((size) => parseDuration(size.trim()));
  if (sizes.length !== (kind === 'hopping' ? 2 : 1)) {
    const wanted = kind === 'hopping' ? 'a size and a step' : 'one size and no step';
    return `"${part}": wanted ${wanted}, such as ${example}`;
  }
  const [sizeMs, secondMs] = sizes;
  if (sizeMs === undefined || (kind === 'hopping' && secondMs === undefined)) {
    return `"${part}": not a duration above zero, wanted whole ms, s, m, h or d, such as ${example}`;
  }
  const stepMs = kind === 'hopping' ? secondMs! : kind === 'tumbling' ? sizeMs : 0;
  if (sizeMs > SIZE_MS_MAX) return `"${part}": too long, wanted at most ${SIZE_MS_MAX} ms`;
  if (kind === 'hopping' && sizeMs % stepMs !== 0) {
    return `"${part}": size is not a multiple of its step, wanted one such as ${example}`;
  }
  if (kind === 'hopping' && sizeMs / stepMs > STEPS_MAX) {
    return `"${part}": ${sizeMs / stepMs} steps in a window, wanted at most ${STEPS_MAX}`;
  }
  const known = kind as WindowKind;
  return { kind: known, name: windowName(known, sizeMs, stepMs), sizeMs, stepMs };
}

function parseDuration(text: string): number | undefined {
  const match = /^([0-9]+)(ms|s|m|h|d)$/.exec(text);
  if (match === null) return undefined;
  const ms = Number(match[1]) * UNIT_MS[match[2]!]!;
  return ms > 0 ? ms : undefined;
}
