/** Two generations of identities: a double that a crash makes comes within seconds, not minutes. */
const GENERATION_RESULTS = 400_000;
const FAULTS_MAX = 20;

/** What a consumer that trusts the contract relies on while it reads on: written without any part of the product. */
export class ResultWatch {
  readonly faults: string[] = [];
  faultCount = 0;
  results = 0;
  readonly #offsets = new Map<string, number>();
  /** Newest revision by identity. */
  #young = new Map<string, number>();
  #old = new Map<string, number>();

  /** Records of one topic's partition come in ascending order of their offsets. */
  noteOffset(topic: string, partition: number, offset: number): void {
    const place = `${topic}[${partition}]`;
    const last = this.#offsets.get(place) ?? -1;
    if (offset <= last) this.#add(`${place}: offset ${offset} after ${last}`);
    this.#offsets.set(place, Math.max(offset, last));
  }

  /** Revisions of one window are 1, 2, 3, … */
  noteResult(partition: number, value: string): void {
    const json = parse(value);
    if (json === undefined) {
      this.#add(`partition ${partition}: no JSON: ${value.slice(0, 200)}`);
      return;
    }
    const { symbol, window, window_start, window_end, revision } = json;
    const identity = JSON.stringify([partition, symbol, window, window_start, window_end]);
    this.results++;
    const last = this.#young.get(identity) ?? this.#old.get(identity);
    const found = Number(revision);
    if (last !== undefined && found !== last + 1) {
      const kind = found === last ? 'doubled' : found < last ? 'went back' : 'skipped';
      this.#add(`${identity}: ${kind}: revision ${found} after ${last}`);
    }
    // A forgotten identity may go on with any revision but the first.
    if (last === undefined && found !== 1 && this.#old.size === 0) {
      this.#add(`${identity}: revision ${found}, wanted 1 first`);
    }
    this.#young.set(identity, Math.max(found, last ?? 0));
    if (this.#young.size < GENERATION_RESULTS) return;
    this.#old = this.#young;
    this.#young = new Map();
  }

  #add(text: string): void {
    this.faultCount++;
    if (this.faults.length < FAULTS_MAX) this.faults.push(text);
  }
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
