import type { Engine, EngineSettings, WindowDefinition, WindowResult } from '../src/index.ts';

export interface TestRecord {
  key: number;
  timeMs: number;
  value: number;
  offset: number;
  /** null: its batch has no append time. */
  appendTimeMs?: number | null;
}

/** Brings one record through an engine as a caller has to; returns the results in their order. */
export function drive(engine: Engine, record: TestRecord): WindowResult[] {
  const { key, timeMs, value, offset, appendTimeMs = null } = record;
  if (appendTimeMs !== null) engine.silenceBefore(appendTimeMs);
  engine.advance(timeMs);
  const results = takeFinals(engine);
  engine.enter(key, timeMs, value, offset);
  while (engine.nextUpdate()) results.push({ ...engine.result });
  if (appendTimeMs !== null) engine.noteAppend(appendTimeMs);
  return results;
}

export function takeFinals(engine: Engine): WindowResult[] {
  const results: WindowResult[] = [];
  while (engine.nextFinal()) results.push({ ...engine.result });
  return results;
}

/** A result on one line: `[0,10] r1! n=2 total=3 @4`. */
export function line({ startMs, endMs, revision, isFinal, count, total, inputOffset }: WindowResult): string {
  return `[${startMs},${endMs}] r${revision}${isFinal ? '!' : ''} n=${count} total=${total} @${inputOffset}`;
}

export function settings(
  definitions: WindowDefinition[],
  other: Partial<EngineSettings> = {},
): EngineSettings {
  return { definitions, graceMs: 5, updateIntervalMs: 0, idleTimeoutMs: null, ...other };
}

export function sliding(sizeMs: number, emit: WindowDefinition['emit'] = 'updates'): WindowDefinition {
  return { kind: 'sliding', name: `sliding-${sizeMs}ms`, sizeMs, stepMs: 0, emit };
}

export function tumbling(sizeMs: number, emit: WindowDefinition['emit'] = 'both'): WindowDefinition {
  return { kind: 'tumbling', name: `tumbling-${sizeMs}ms`, sizeMs, stepMs: sizeMs, emit };
}

export function hopping(
  sizeMs: number,
  stepMs: number,
  emit: WindowDefinition['emit'] = 'both',
): WindowDefinition {
  return { kind: 'hopping', name: `hopping-${sizeMs}ms-${stepMs}ms`, sizeMs, stepMs, emit };
}

export function session(sizeMs: number): WindowDefinition {
  return { kind: 'session', name: `session-${sizeMs}ms`, sizeMs, stepMs: 0, emit: 'final' };
}
