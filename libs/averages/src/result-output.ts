import type { OutgoingRecord } from '@meanwhile/kafka';
import { type AverageFields, AverageWriter, ByteWriter } from '@meanwhile/records';
import type { Outbox } from '@meanwhile/stream';
import type { ActiveKeys } from './active-keys.ts';
import type { ResultSettings } from './result-settings.ts';
import { OUTPUT } from './side-outputs.ts';

/** Results as records of the averages topic; one writer and one record object for all of them. */
export class ResultOutput {
  readonly #keys: ActiveKeys;
  readonly #averages: AverageWriter;
  readonly #value = new ByteWriter();
  readonly #record: OutgoingRecord;

  constructor(settings: ResultSettings, keys: ActiveKeys, timestampMs: number) {
    this.#keys = keys;
    const windowNames = settings.windows.map(({ name }) => name);
    this.#averages = new AverageWriter({ windowNames, aggregates: settings.aggregates });
    const none = new Uint8Array();
    const bounds = { keyStart: 0, keyEnd: 0, valueStart: 0, valueEnd: 0 };
    this.#record = { key: none, value: none, ...bounds, timestampMs };
  }

  /** Kafka timestamp that results carry: that of the last input record. */
  get timestampMs(): number {
    return this.#record.timestampMs;
  }

  set timestampMs(timestampMs: number) {
    this.#record.timestampMs = timestampMs;
  }

  append(outbox: Outbox, result: AverageFields & { key: number }): void {
    if (outbox.isDiscarding) return;
    const record = this.#record;
    const { store } = this.#keys;
    const id = result.key;
    const keyEnd = store.keyEnd(id);
    this.#averages.write(this.#value, store.bytes, result, keyEnd, store.textEnd(id));
    record.key = store.bytes;
    record.keyStart = store.keyStart(id);
    record.keyEnd = keyEnd;
    record.value = this.#value.bytes;
    record.valueEnd = this.#value.length;
    outbox.append(OUTPUT.averages, record);
  }
}
