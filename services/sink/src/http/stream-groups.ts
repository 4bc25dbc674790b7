import type { RecentEvent } from './recent-events.ts';
import type { StreamClient } from './stream-client.ts';

/** Live listeners of one filter. */
interface Group {
  clients: Set<StreamClient>;
  /** What the transaction at hand has for them. */
  events: RecentEvent[];
}

/** The live listeners by what they want: a row finds its listeners without a look at the others. */
export class StreamGroups {
  /** By symbol, then by window; undefined stands for all. */
  readonly #groups = new Map<string | undefined, Map<string | undefined, Group>>();

  add(client: StreamClient): void {
    const { symbol, window } = client.filter;
    const windows = this.#groups.get(symbol) ?? new Map<string | undefined, Group>();
    this.#groups.set(symbol, windows);
    const group = windows.get(window) ?? { clients: new Set(), events: [] };
    windows.set(window, group);
    group.clients.add(client);
  }

  remove(client: StreamClient): void {
    const { symbol, window } = client.filter;
    const windows = this.#groups.get(symbol);
    const group = windows?.get(window);
    group?.clients.delete(client);
    if (group?.clients.size === 0) windows!.delete(window);
    if (windows?.size === 0) this.#groups.delete(symbol);
  }

  /** The groups that these events concern, each with its own in their order. */
  sorted(events: RecentEvent[]): Group[] {
    const found = new Set<Group>();
    for (const event of events) {
      for (const symbol of [event.row.symbol, undefined]) {
        const windows = this.#groups.get(symbol);
        if (windows === undefined) continue;
        for (const window of [event.row.window, undefined]) {
          const group = windows.get(window);
          if (group === undefined) continue;
          if (!found.has(group)) group.events = [];
          found.add(group);
          group.events.push(event);
        }
      }
    }
    return [...found];
  }
}
