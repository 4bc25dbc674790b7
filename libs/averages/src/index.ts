export { addCounts, noCounts } from './counts.ts';
export { priceFactory } from './price-factory.ts';
export { PriceProcessor } from './price-processor.ts';
export type { ProcessorInput, RefusedRecord } from './processor-input.ts';
export { fromJson, type ResultSettings, SEMANTICS_VERSION, toJson } from './result-settings.ts';
export { OUTPUT } from './side-outputs.ts';
