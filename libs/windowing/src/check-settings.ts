import type { EngineSettings, WindowDefinition } from './types.ts';

/** @throws Error naming the first setting that makes no sense, its value and what would be right */
export function checkSettings({
  definitions,
  graceMs,
  updateIntervalMs,
  idleTimeoutMs,
}: EngineSettings): void {
  if (definitions.length > 31)
    throw new Error(`windows: ${definitions.length} definitions, wanted at most 31`);
  checkDuration('grace', graceMs);
  checkDuration('update interval', updateIntervalMs);
  if (idleTimeoutMs !== null) checkDuration('idle time-out', idleTimeoutMs);
  const names = new Set<string>();
  for (const definition of definitions) {
    checkDefinition(definition);
    if (names.has(definition.name)) throw new Error(`window ${definition.name}: defined twice, wanted once`);
    names.add(definition.name);
  }
}

function checkDefinition({ kind, name, sizeMs, stepMs, emit }: WindowDefinition): void {
  if (!Number.isSafeInteger(sizeMs) || sizeMs < 1) {
    throw new Error(`window ${name}: size of ${sizeMs} ms, wanted a whole number above 0`);
  }
  if (kind === 'sliding') return;
  if (kind === 'session') {
    if (emit !== 'final') throw new Error(`window ${name}: emit ${emit}, wanted final for a session`);
    return;
  }
  const isAligned = Number.isSafeInteger(stepMs) && stepMs >= 1 && sizeMs % stepMs === 0;
  if (!isAligned) throw new Error(`window ${name}: step of ${stepMs} ms, wanted one that divides ${sizeMs}`);
  if (kind === 'tumbling' && stepMs !== sizeMs) {
    throw new Error(`window ${name}: step of ${stepMs} ms, wanted its size, ${sizeMs}`);
  }
}

function checkDuration(what: string, ms: number): void {
  if (!Number.isSafeInteger(ms) || ms < 0) throw new Error(`${what}: ${ms} ms, wanted a whole number from 0`);
}
