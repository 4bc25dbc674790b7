import { AlignedWindows } from './aligned-windows.ts';
import { SessionWindows } from './session-windows.ts';
import { SlidingWindows } from './sliding-windows.ts';
import type { EngineSettings, WindowDefinition, WindowResult } from './types.ts';
import type { Watermark } from './watermark.ts';
import type { Windows } from './windows.ts';

/** The windows of all definitions, in the order of the settings, and what is asked of them together. */
export class Definitions {
  declare readonly windows: readonly Windows[];
  /** Closing time of the next window of any that owes a final result; Infinity when none does. */
  dueMs = Number.POSITIVE_INFINITY;
  declare private readonly watermark: Watermark;

  constructor({ definitions, updateIntervalMs }: EngineSettings, watermark: Watermark) {
    this.watermark = watermark;
    this.windows = definitions.map((each) => windowsOf(each, updateIntervalMs, watermark));
  }

  /** Brings `dueMs` up to date, after windows were opened, closed or restored: so that most records look at one number. */
  noteDue(): void {
    const { windows } = this;
    let dueMs = Number.POSITIVE_INFINITY;
    for (let i = 0; i < windows.length; i++) {
      const nextMs = windows[i]!.dueMs;
      if (nextMs < dueMs) dueMs = nextMs;
    }
    this.dueMs = dueMs;
  }

  /** Of the windows that are due, by definition, then end, then the order in which windows were opened; one must be due. */
  takeFinal(result: WindowResult): void {
    const { windows } = this;
    let i = 0;
    while (windows[i]!.dueMs > this.watermark.horizonMs) i++;
    result.definition = i;
    windows[i]!.takeFinal(result);
    this.noteDue();
  }

  /** The horizon at which every window is closed that was ever opened; -Infinity before the first. */
  get closesAllMs(): number {
    let closesAllMs = Number.NEGATIVE_INFINITY;
    for (const windows of this.windows) closesAllMs = Math.max(closesAllMs, windows.closesAllMs);
    return closesAllMs;
  }

  /** The lowest watermark at which every open window is closed; -Infinity: none is open. */
  get closingWatermarkMs(): number {
    const { horizonMs, graceMs } = this.watermark;
    const { closesAllMs } = this;
    return closesAllMs > horizonMs ? closesAllMs + graceMs : Number.NEGATIVE_INFINITY;
  }

  canEnter(timeMs: number): boolean {
    const { horizonMs } = this.watermark;
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

function windowsOf(definition: WindowDefinition, updateIntervalMs: number, watermark: Watermark): Windows {
  switch (definition.kind) {
    case 'sliding':
      return new SlidingWindows(definition, updateIntervalMs, watermark);
    case 'session':
      return new SessionWindows(definition, watermark);
    default:
      return new AlignedWindows(definition, updateIntervalMs, watermark);
  }
}
