import { BatchBuilder } from '@meanwhile/kafka';
import type { Random, SimPartition, World } from '@meanwhile/kafka/testing';

/** A record as it was written, with the offset and the time that the log gave it. */
export interface InputRecord {
  offset: number;
  appendTimeMs: number;
  key: string;
  value: string;
}

/** Makes up a record. */
export type Draft = (random: Random, nowMs: number) => { key: string; value: string };

/** One for all: what is sealed is copied by the log. */
const batch = new BatchBuilder(65_536);

/** Writes to one input partition for a while, in plain batches and in transactions of which some abort; keeps what counts. */
export class InputWriter {
  readonly records: InputRecord[] = [];
  readonly #world: World;
  readonly #log: SimPartition;
  readonly #draft: Draft;
  #nextProducerId: number;
  #open = 0;

  constructor(world: World, log: SimPartition, draft: Draft) {
    this.#world = world;
    this.#log = log;
    this.#draft = draft;
    this.#nextProducerId = 1 + 100_000 * (log.partition + 1);
  }

  /** Nothing is open, so nothing more becomes visible. */
  get isAtRest(): boolean {
    return this.#open === 0;
  }

  /** With quiet stretches. */
  writeUntil(isOver: () => boolean): void {
    const { random } = this.#world;
    const gapMs = random.chance(0.1) ? random.int(500, 1_500) : random.int(1, 120);
    this.#world.after(gapMs, () => {
      if (isOver()) return;
      this.write();
      this.writeUntil(isOver);
    });
  }

  write(): void {
    const { random } = this.#world;
    const kind = random.pick(['plain', 'plain', 'plain', 'plain', 'commit', 'abort'] as const);
    if (kind === 'plain') {
      this.records.push(...this.#append(-1n));
      this.#sort();
      return;
    }
    const producerId = this.#nextProducerId++;
    const appended = this.#append(BigInt(producerId));
    this.#open++;
    this.#world.after(random.chance(0.2) ? random.int(100, 900) : random.int(0, 20), () => {
      this.#open--;
      this.#log.endTransaction(producerId, 0, kind);
      if (kind === 'commit') this.records.push(...appended);
      this.#sort();
    });
  }

  #append(producerId: bigint): InputRecord[] {
    const { random } = this.#world;
    const nowMs = Math.floor(this.#world.nowMs);
    batch.reset();
    const drafts = Array.from({ length: random.int(1, 6) }, () => this.#draft(random, nowMs));
    for (const { key, value } of drafts) {
      const [keyBytes, valueBytes] = [Buffer.from(key), Buffer.from(value)];
      const bounds = { keyStart: 0, keyEnd: keyBytes.length, valueStart: 0, valueEnd: valueBytes.length };
      batch.append({ key: keyBytes, value: valueBytes, ...bounds, timestampMs: nowMs });
    }
    const isTransactional = producerId >= 0n;
    const baseSequence = isTransactional ? 0 : -1;
    const producerEpoch = isTransactional ? 0 : -1;
    const base = this.#log.append(batch.seal({ producerId, producerEpoch, baseSequence, isTransactional }));
    return drafts.map((draft, i) => ({ ...draft, offset: base + i, appendTimeMs: nowMs }));
  }

  #sort(): void {
    this.records.sort((a, b) => a.offset - b.offset);
  }
}
