import type { ProcessorFactory } from '@meanwhile/stream';
import { priceFactory } from '../../../libs/averages/src/price-factory.ts';
import type { PriceProcessor } from '../../../libs/averages/src/price-processor.ts';
import { aggregatorSchema, resultSettings } from '../../../services/aggregator/src/settings.ts';
import type { RestoreArgs } from './restore-args.ts';

/** The real aggregator's, with its default settings. */
export function benchFactory({ inputTopic, windows }: RestoreArgs): ProcessorFactory<PriceProcessor> {
  const settings = resultSettings(aggregatorSchema.parse({ WINDOWS: windows }));
  return priceFactory(settings, {
    topic: inputTopic,
    onSilenceContradicted: () => {},
    onNoAppendTime: () => {},
  });
}
