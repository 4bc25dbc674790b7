import type { SnapshotReader, SnapshotWriter } from './snapshot-bytes.ts';
import type { EngineSettings } from './types.ts';

const KINDS = ['sliding', 'tumbling', 'hopping', 'session'];
const MODES = ['updates', 'final', 'both'];

/** The settings that a snapshot was made under, so that restore can refuse others. */
export function writeSettings(writer: SnapshotWriter, settings: EngineSettings): void {
  const numbers = asNumbers(settings);
  writer.number(numbers.length);
  writer.numbers(numbers);
}

/** @throws Error when the snapshot was made under other settings */
export function readSettings(reader: SnapshotReader, settings: EngineSettings): void {
  const wanted = asNumbers(settings);
  const found = Array.from({ length: reader.number() }, () => reader.number());
  if (found.length === wanted.length && found.every((number, i) => number === wanted[i])) return;
  throw new Error(
    `restore windows: snapshot made under settings ${found.join(' ')}, wanted ${wanted.join(' ')} (grace, interval, idle; kind, size, step, emit of each; convert takes other settings)`,
  );
}

function asNumbers({ graceMs, updateIntervalMs, idleTimeoutMs, definitions }: EngineSettings): number[] {
  const each = definitions.map(({ kind, sizeMs, stepMs, emit }) => [
    KINDS.indexOf(kind),
    sizeMs,
    stepMs,
    MODES.indexOf(emit),
  ]);
  return [graceMs, updateIntervalMs, idleTimeoutMs ?? -1, ...each.flat()];
}
