import type { Accounting } from '@meanwhile/records';
import { Engine } from '@meanwhile/windowing';
import { ActiveKeys, type ActiveKeysState } from './active-keys.ts';
import type { ResultSettings } from './result-settings.ts';

const FORMAT = 1;

/** All that a processor remembers between two records. */
export interface ProcessorState {
  engine: Engine;
  keys: ActiveKeys;
  totals: Accounting;
  /** Kafka timestamp of the last record, which results carry too. */
  timestampMs: number;
}

interface Header {
  format: number;
  totals: Accounting;
  timestampMs: number;
  keys: ActiveKeysState;
}

/** Length of the header (u32), header (JSON: totals, keys), the engine's own bytes. */
export function encodeState({ engine, keys, totals, timestampMs }: ProcessorState): Uint8Array {
  const header: Header = { format: FORMAT, totals, timestampMs, keys: keys.state() };
  const json = new TextEncoder().encode(JSON.stringify(header));
  const windows = engine.snapshot();
  const bytes = new Uint8Array(4 + json.length + windows.length);
  new DataView(bytes.buffer).setUint32(0, json.length);
  bytes.set(json, 4);
  bytes.set(windows, 4 + json.length);
  return bytes;
}

/** @throws Error naming the format found and the one wanted. */
export function decodeState(bytes: Uint8Array, settings: ResultSettings): ProcessorState {
  const jsonEnd = 4 + new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
  const header: Header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, jsonEnd)));
  if (header.format !== FORMAT)
    throw new Error(`snapshot of the aggregator: format ${header.format}, wanted ${FORMAT}`);
  const engine = Engine.restore(engineSettings(settings), bytes.subarray(jsonEnd));
  return {
    engine,
    keys: new ActiveKeys(settings.maxKeys, engine, header.keys),
    totals: header.totals,
    timestampMs: header.timestampMs,
  };
}

export function engineSettings({ windows, graceMs, updateIntervalMs, idleTimeoutMs }: ResultSettings) {
  return { definitions: windows, graceMs, updateIntervalMs, idleTimeoutMs };
}
