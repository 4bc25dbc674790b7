import type { BrokerLink, OpenLink } from './broker-link.ts';
import { clientCode, isRetriable, KafkaError } from './errors.ts';
import type { Request } from './request.ts';
import type { BrokerAddress } from './requests/metadata.ts';

interface KnownBroker extends Omit<BrokerAddress, 'nodeId'> {
  /** By lane, as they are first used. */
  links: (Promise<BrokerLink> | undefined)[];
}

/** The lane of all that needs none of its own. */
const COMMON = 0;

/**
 * The brokers of a cluster with links to each: the seeds at first, then those that the metadata names. Lanes are links side by side
 * to the same brokers.
 */
export class ClusterBrokers {
  readonly #openLink: OpenLink;
  readonly #seeds: KnownBroker[];
  readonly #byNode = new Map<number, KnownBroker>();
  /** They left the metadata or changed their address: their answers under way may still come. */
  readonly #retired = new Set<KnownBroker>();
  #isClosed = false;

  constructor(openLink: OpenLink, seeds: readonly string[]) {
    this.#openLink = openLink;
    this.#seeds = seeds.map((seed) => this.#known(addressOf(seed)));
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Throws NOT_SENT for a broker that is not in the metadata, CLOSED, or as `BrokerLink.call`. */
  async call<T>(nodeId: number, request: Request<T>, lane = COMMON): Promise<T> {
    this.#throwIfClosed(request);
    const broker = this.#byNode.get(nodeId);
    if (broker !== undefined) return (await this.#link(broker, lane)).call(request);
    const cause = new Error(`broker ${nodeId} is not in the metadata`);
    throw new KafkaError(request.apiName, clientCode.notSent, { cause });
  }

  /** Whichever can be reached, in a random order, the seeds last. */
  async callAny<T>(request: Request<T>): Promise<T> {
    let last: unknown;
    for (const broker of [...shuffled([...this.#byNode.values()]), ...shuffled(this.#seeds)]) {
      this.#throwIfClosed(request);
      try {
        return await (await this.#link(broker, COMMON)).call(request);
      } catch (error) {
        if (!isRetriable(error)) throw error;
        last = error;
      }
    }
    throw last;
  }

  /** A question without effect: a lost answer is as good as one not sent, so that no caller has to fear for its outcome. */
  async ask<T>(request: Request<T>): Promise<T> {
    try {
      return await this.callAny(request);
    } catch (error) {
      if (!(error instanceof KafkaError) || error.code !== clientCode.noAnswer) throw error;
      throw new KafkaError(request.apiName, clientCode.notSent, { cause: error });
    }
  }

  /** All brokers there are now. */
  learn(addresses: readonly BrokerAddress[]): void {
    for (const [nodeId, broker] of this.#byNode) {
      if (addresses.some((a) => a.nodeId === nodeId && a.host === broker.host && a.port === broker.port))
        continue;
      this.#byNode.delete(nodeId);
      this.#retired.add(broker);
    }
    for (const address of addresses) this.add(address);
  }

  /** One more, unless it is known. */
  add(address: BrokerAddress): void {
    if (!this.#byNode.has(address.nodeId)) this.#byNode.set(address.nodeId, this.#known(address));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const all = [...this.#byNode.values(), ...this.#retired, ...this.#seeds];
    for (const link of all.flatMap(({ links }) => links)) (await link)?.close();
  }

  #known(address: { host: string; port: number }): KnownBroker {
    return { host: address.host, port: address.port, links: [] };
  }

  #link(broker: KnownBroker, lane: number): Promise<BrokerLink> {
    broker.links[lane] ??= this.#openLink(broker);
    return broker.links[lane];
  }

  #throwIfClosed({ apiName }: { apiName: string }): void {
    if (this.#isClosed) throw new KafkaError(apiName, clientCode.closed);
  }
}

/** "host:port"; an IPv6 address stands in brackets. */
function addressOf(text: string): { host: string; port: number } {
  const at = text.lastIndexOf(':');
  const port = Number(text.slice(at + 1));
  const host = text.slice(0, at).replace(/^\[|\]$/g, '');
  if (at < 1 || !Number.isInteger(port)) throw new Error(`broker address: "${text}", wanted host:port`);
  return { host, port };
}

function shuffled<T>(items: T[]): T[] {
  return items
    .map((item) => ({ item, rank: Math.random() }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ item }) => item);
}
