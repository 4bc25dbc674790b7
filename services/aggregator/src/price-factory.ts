import type { ProcessorFactory } from '@meanwhile/stream';
import { Engine } from '@meanwhile/windowing';
import { ActiveKeys } from './active-keys.ts';
import { noCounts } from './counts.ts';
import { PriceProcessor } from './price-processor.ts';
import { decodeState, engineSettings } from './processor-state.ts';
import { fromJson, type ResultSettings, SEMANTICS_VERSION, toJson } from './result-settings.ts';

/** Makes processors for the stream: new ones, from a snapshot, and under changed settings. */
export function priceFactory(settings: ResultSettings, inputTopic: string): ProcessorFactory<PriceProcessor> {
  const input = (partition: number) => ({ topic: inputTopic, partition });
  return {
    settings: toJson(settings),
    semanticsVersion: SEMANTICS_VERSION,
    create(json, partition) {
      const own = fromJson(json);
      const engine = new Engine(engineSettings(own));
      const keys = new ActiveKeys(own.maxKeys, engine);
      return new PriceProcessor(own, { engine, keys, totals: noCounts() }, input(partition));
    },
    restore(json, partition, snapshot) {
      const own = fromJson(json);
      return new PriceProcessor(own, decodeState(snapshot, own), input(partition));
    },
    convert(processor, json, partition) {
      const own = fromJson(json);
      const { engine, keys, totals } = processor.state;
      const converted = engine.convert(engineSettings(own));
      return new PriceProcessor(
        own,
        { engine: converted, keys: new ActiveKeys(own.maxKeys, converted, keys.state()), totals },
        input(partition),
      );
    },
  };
}
