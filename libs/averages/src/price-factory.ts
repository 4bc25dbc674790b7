import type { ProcessorFactory } from '@meanwhile/stream';
import { Engine } from '@meanwhile/windowing';
import { ActiveKeys } from './active-keys.ts';
import { noCounts } from './counts.ts';
import { PriceProcessor } from './price-processor.ts';
import type { ProcessorInput } from './processor-input.ts';
import { decodeState, engineSettings } from './processor-state.ts';
import { fromJson, type ResultSettings, SEMANTICS_VERSION, toJson } from './result-settings.ts';

/** Makes processors for the stream: new ones, from a snapshot, and under changed settings. */
export function priceFactory(
  settings: ResultSettings,
  source: Omit<ProcessorInput, 'partition'>,
): ProcessorFactory<PriceProcessor> {
  const input = (partition: number) => ({ ...source, partition });
  return {
    settings: toJson(settings),
    semanticsVersion: SEMANTICS_VERSION,
    create(json, partition) {
      const own = fromJson(json);
      const engine = new Engine(engineSettings(own));
      const keys = new ActiveKeys(own.maxKeys, engine);
      return new PriceProcessor(own, { engine, keys, totals: noCounts(), timestampMs: 0 }, input(partition));
    },
    restore(json, partition, snapshot) {
      const own = fromJson(json);
      return new PriceProcessor(own, decodeState(snapshot, own), input(partition));
    },
    convert(processor, json, partition) {
      const own = fromJson(json);
      const { engine, keys, totals, timestampMs } = processor.state;
      const converted = engine.convert(engineSettings(own));
      // Definitions that go may leave keys inactive at once.
      const unswept = { ...keys.state(), sweepAtKeys: 0, sweptAtMs: null };
      return new PriceProcessor(
        own,
        { engine: converted, keys: new ActiveKeys(own.maxKeys, converted, unswept), totals, timestampMs },
        input(partition),
      );
    },
  };
}
