import type { Engine } from '@meanwhile/windowing';
import type { KeyStore } from './key-store.ts';
import { KeyTable } from './key-table.ts';

/** Inactive keys are looked for when the table may have doubled, and before a key is refused. */
const SWEEP_KEYS_MIN = 1_024;

export interface ActiveKeysState {
  table: ReturnType<KeyTable['snapshot']>;
  sweepAtKeys: number;
  sweptAtMs: number | null;
}

/** The keys of a partition, at most `maxKeys` of them, each with its JSON text; keys that no window needs give their place away. */
export class ActiveKeys {
  readonly #maxKeys: number;
  readonly #engine: Engine;
  readonly #table: KeyTable;
  #sweepAtKeys = SWEEP_KEYS_MIN;
  #sweptAtMs = Number.NEGATIVE_INFINITY;

  constructor(maxKeys: number, engine: Engine, state?: ActiveKeysState) {
    this.#maxKeys = maxKeys;
    this.#engine = engine;
    this.#table = state ? KeyTable.restore(state.table) : new KeyTable();
    if (!state) return;
    this.#sweepAtKeys = state.sweepAtKeys;
    this.#sweptAtMs = state.sweptAtMs ?? Number.NEGATIVE_INFINITY;
  }

  get size(): number {
    return this.#table.size;
  }

  /** Work that the table of keys has done beside look-ups: a bound for tests. */
  get slotMoves(): number {
    return this.#table.slotMoves;
  }

  /** Id of the key `source[start, end)` while it is active, else -1. */
  activeId(source: Uint8Array, start: number, end: number): number {
    const id = this.#table.find(source, start, end);
    return id !== -1 && this.#engine.isActive(id) ? id : -1;
  }

  /** Gives a key that is not active a place; -1: the table is full of active keys. */
  admit(source: Uint8Array, start: number, end: number): number {
    const id = this.#table.find(source, start, end);
    if (id !== -1 && this.#table.size <= this.#maxKeys) return id;
    if (this.#table.size >= Math.min(this.#sweepAtKeys, this.#maxKeys)) this.#sweep();
    if (this.#table.size >= this.#maxKeys) return -1;
    return this.#table.add(source, start, end);
  }

  /** Where the bytes of each key lie, and its JSON text. */
  get store(): KeyStore {
    return this.#table.store;
  }

  state(): ActiveKeysState {
    const sweptAtMs = Number.isFinite(this.#sweptAtMs) ? this.#sweptAtMs : null;
    return { table: this.#table.snapshot(), sweepAtKeys: this.#sweepAtKeys, sweptAtMs };
  }

  /** Costs what it releases, so that a flood of keys that are refused pays for no look at those that stay. */
  #sweep(): void {
    // Only a watermark that moves makes keys inactive.
    if (this.#engine.watermarkMs === this.#sweptAtMs) return;
    this.#engine.releaseInactive((id) => this.#table.release(id));
    this.#sweptAtMs = this.#engine.watermarkMs;
    this.#sweepAtKeys = Math.max(SWEEP_KEYS_MIN, 2 * this.#table.size);
  }
}
