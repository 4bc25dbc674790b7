/** What one address may do. Generous: behind a proxy or a company's gateway many readers share an address. */
export interface Limits {
  /** Requests a second in the long run, and at once after a pause. */
  requestsPerSecond: number;
  burst: number;
  /** Streams open at a time. */
  streams: number;
}

export const LIMITS: Limits = { requestsPerSecond: 500, burst: 2_000, streams: 1_500 };

/** Addresses remembered at a time; one that has been quiet is forgotten first. */
const ADDRESSES_MAX = 20_000;

interface Known {
  tokens: number;
  /** When `tokens` was right, ms. */
  atMs: number;
  streams: number;
}

/** Counts requests and open streams by address: a token bucket each, in memory. Times come from the caller. */
export class AddressLimits {
  readonly #limits: Limits;
  readonly #known = new Map<string, Known>();

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  /** Takes one request: 0, or in how many seconds the next one is welcome. */
  takeRequest(address: string | undefined, nowMs: number): number {
    const known = this.#of(address, nowMs);
    if (known.tokens >= 1) {
      known.tokens -= 1;
      return 0;
    }
    return Math.ceil((1 - known.tokens) / this.#limits.requestsPerSecond);
  }

  /** Takes a place for a stream: the function that gives it back, or undefined when all are taken. */
  takeStream(address: string | undefined, nowMs: number): (() => void) | undefined {
    const known = this.#of(address, nowMs);
    if (known.streams >= this.#limits.streams) return undefined;
    known.streams += 1;
    return () => {
      known.streams -= 1;
    };
  }

  #of(address: string | undefined, nowMs: number): Known {
    const key = networkOf(address ?? '');
    const { burst, requestsPerSecond } = this.#limits;
    const known = this.#known.get(key) ?? { tokens: burst, atMs: nowMs, streams: 0 };
    known.tokens = Math.min(burst, known.tokens + ((nowMs - known.atMs) / 1_000) * requestsPerSecond);
    known.atMs = nowMs;
    // Moved to the end: the map's order is from quiet to busy.
    this.#known.delete(key);
    this.#known.set(key, known);
    if (this.#known.size > ADDRESSES_MAX) this.#forgetQuietest();
    return known;
  }

  #forgetQuietest(): void {
    for (const [key, { streams }] of this.#known) {
      if (streams > 0) continue;
      this.#known.delete(key);
      return;
    }
  }
}

/** One customer has a whole /64 of IPv6 addresses. */
function networkOf(address: string): string {
  if (!address.includes(':') || address.includes('.')) return address;
  const [head = '', tail] = address.split('::');
  const groups = head.split(':').filter((group) => group !== '');
  const after = tail === undefined ? [] : tail.split(':').filter((group) => group !== '');
  const zeros = Array.from({ length: Math.max(0, 8 - groups.length - after.length) }, () => '0');
  return [...groups, ...(tail === undefined ? [] : zeros), ...after].slice(0, 4).join(':');
}
