import type { Definitions } from './definitions.ts';
import type { KeyActivity } from './key-activity.ts';
import { SnapshotReader, SnapshotWriter } from './snapshot-bytes.ts';
import { readSettings, writeSettings } from './snapshot-settings.ts';
import type { EngineSettings } from './types.ts';
import type { Watermark } from './watermark.ts';

/**
 * All that an engine knows, and its way out and in. A snapshot is, in this order:
 *
 *   settings │ watermark: 4 numbers │ keys: their number, then key and expiry of each │ windows of each definition
 */
export interface EngineState {
  readonly settings: EngineSettings;
  readonly watermark: Watermark;
  readonly keys: KeyActivity;
  readonly definitions: Definitions;
}

export function snapshotState({ settings, watermark, keys, definitions }: EngineState): Uint8Array {
  const writer = new SnapshotWriter();
  writeSettings(writer, settings);
  writer.numbers(watermark.numbers());
  const known = keys.keys();
  writer.number(known.length);
  for (const key of known) writer.numbers([key, keys.expiryMs(key)]);
  for (const windows of definitions.windows) windows.snapshot(writer);
  return writer.bytes();
}

/**
 * Into the state of a new engine.
 * @throws Error when the bytes are no snapshot of this format, or one made under other settings
 */
export function restoreState(
  { settings, watermark, keys, definitions }: EngineState,
  bytes: Uint8Array,
): void {
  const reader = new SnapshotReader(bytes);
  readSettings(reader, settings);
  watermark.restore([reader.number(), reader.number(), reader.number(), reader.number()]);
  for (let left = reader.number(); left > 0; left--) keys.enteredUntil(reader.number(), reader.number());
  settings.definitions.forEach(({ emit }, i) => {
    definitions.windows[i]!.restore(reader, watermark.horizonMs, emit !== 'updates');
  });
  definitions.noteDue();
  reader.end();
}

/** From one state into that of a new engine under other settings. Definitions are told apart by name. */
export function convertState(from: EngineState, to: EngineState): void {
  to.watermark.restore(from.watermark.numbers());
  to.settings.definitions.forEach(({ name }, i) => {
    const old = from.settings.definitions.findIndex((each) => each.name === name);
    if (old === -1) return;
    const writer = new SnapshotWriter();
    from.definitions.windows[old]!.snapshot(writer);
    const owedFinals = from.settings.definitions[old]!.emit !== 'updates';
    const reader = new SnapshotReader(writer.bytes());
    to.definitions.windows[i]!.restore(reader, to.watermark.horizonMs, owedFinals);
  });
  to.definitions.noteDue();
  // Keys that lost their last window are still known to the caller: they have to be released.
  for (const key of from.keys.keys()) to.keys.enteredUntil(key, to.definitions.expiryMs(key));
}
