import type { Definitions } from './definitions.ts';
import type { Watermark } from './watermark.ts';

/**
 * The watermark if nothing was appended before a time, when it is worth an advance: a window that owes a final
 * result would close, or every open window would. Otherwise the present one.
 */
export function silentWatermark(
  watermark: Watermark,
  definitions: Definitions,
  appendTimeMs: number,
): number {
  const { presentMs, graceMs } = watermark;
  const silentMs = watermark.afterSilence(appendTimeMs);
  if (silentMs <= presentMs) return presentMs;
  const capMs = definitions.closingWatermarkMs;
  if (capMs <= presentMs || silentMs >= capMs) return Math.max(capMs, presentMs);
  return definitions.dueMs <= silentMs - graceMs ? silentMs : presentMs;
}
