/** Two generations of identities: a double that a crash makes comes within seconds, not minutes. */
const GENERATION_RESULTS = 400_000;
const FAULTS_MAX = 20;

/** What a consumer that trusts the contract relies on while it reads on: written without any part of the product. */
export class ResultWatch {
  readonly faults: string[] = [];
  faultCount = 0;
  results = 0;
  readonly #offsets = new Map<string, number>();
  /** Newest revision by identity, and where it stands. */
  #young = new Map<string, { revision: number; offset: number }>();
  #old = new Map<string, { revision: number; offset: number }>();

  /** Records of one topic's partition come in ascending order of their offsets. */
  noteOffset(topic: string, partition: number, offset: number): void {
    const place = `${topic}[${partition}]`;
    const last = this.#offsets.get(place) ?? -1;
    if (offset <= last) this.#add(`${place}: offset ${offset} after ${last}`);
    this.#offsets.set(place, Math.max(offset, last));
  }

  /** Revisions of one window are 1, 2, 3, … */
  noteResult(partition: number, offset: number, value: string): void {
    const json = parse(value);
    if (json === undefined) {
      this.#add(`partition ${partition} offset ${offset}: no JSON: ${value.slice(0, 200)}`);
      return;
    }
    const { symbol, window, window_start, window_end, revision } = json;
    const identity = JSON.stringify([partition, symbol, window, window_start, window_end]);
    this.results++;
    const last = this.#young.get(identity) ?? this.#old.get(identity);
    const found = Number(revision);
    if (last !== undefined && found !== last.revision + 1) {
      const kind = found === last.revision ? 'doubled' : found < last.revision ? 'went back' : 'skipped';
      this.#add(
        `${identity}: ${kind}: revision ${found} (offset ${offset}) after ${last.revision} (offset ${last.offset})`,
      );
    }
    // A forgotten identity may go on with any revision but the first.
    if (last === undefined && found !== 1 && this.#old.size === 0) {
      this.#add(`${identity}: revision ${found}, wanted 1 first`);
    }
    this.#young.set(
      identity,
      last !== undefined && last.revision > found ? last : { revision: found, offset },
    );
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
