import { AlignedWindows } from './aligned-windows.ts';
import { SessionWindows } from './session-windows.ts';
import { SlidingWindows } from './sliding-windows.ts';
import type { EngineSettings, WindowDefinition, WindowResult } from './types.ts';
import type { Windows } from './windows.ts';

/** The windows of all definitions, in the order of the settings, and what is asked of them together. */
export class Definitions {
  readonly windows: readonly Windows[];

  constructor({ definitions, updateIntervalMs }: EngineSettings) {
    this.windows = definitions.map((each) => windowsOf(each, updateIntervalMs));
  }

  /** The horizon at which every window is closed that was ever opened; -Infinity before the first. */
  get closesAllMs(): number {
    let closesAllMs = Number.NEGATIVE_INFINITY;
    for (const windows of this.windows) closesAllMs = Math.max(closesAllMs, windows.closesAllMs);
    return closesAllMs;
  }

  owesFinals(horizonMs: number): boolean {
    for (const windows of this.windows) if (windows.dueMs <= horizonMs) return true;
    return false;
  }

  /** By definition, then end, then the order in which windows were opened; false when no final result is due. */
  nextFinal(result: WindowResult, horizonMs: number): boolean {
    const { windows } = this;
    for (let i = 0; i < windows.length; i++) {
      if (windows[i]!.dueMs > horizonMs) continue;
      result.definition = i;
      windows[i]!.takeFinal(result);
      return true;
    }
    return false;
  }

  canEnter(timeMs: number, horizonMs: number): boolean {
    for (const windows of this.windows) if (windows.canEnter(timeMs, horizonMs)) return true;
    return false;
  }

  /** The horizon at which the key has nothing left in any definition; -Infinity when it has nothing. */
  expiryMs(key: number): number {
    return Math.max(...this.windows.map((windows) => windows.expiryMs(key)));
  }

  release(key: number): void {
    for (const windows of this.windows) windows.release(key);
  }
}

function windowsOf(definition: WindowDefinition, updateIntervalMs: number): Windows {
  switch (definition.kind) {
    case 'sliding':
      return new SlidingWindows(definition, updateIntervalMs);
    case 'session':
      return new SessionWindows(definition);
    default:
      return new AlignedWindows(definition, updateIntervalMs);
  }
}
