import { type FastifyInstance, fastify } from 'fastify';
import { openHistory } from '../history/open-history.ts';
import { JournalView } from '../ingest/journal-view.ts';
import { averageOf } from '../store/average.fixture.ts';
import { openStore, type Store } from '../store/open-store.ts';
import type { Limits } from './address-limits.ts';
import { apiRoutes } from './api-routes.ts';
import { compressAnswers } from './compress-answers.ts';
import { protectServer } from './protect-server.ts';
import type { Status } from './status-report.ts';
import { createStreamHub, type StreamHub } from './stream-hub.ts';

export interface ApiFixture {
  app: FastifyInstance;
  /** Paths that can be got. */
  routes: string[];
  store: Store;
  journal: JournalView;
  hub: StreamHub;
  /** Stores averages in one transaction and hands what is new to the streams, as the reading of the topic does. */
  put(...fields: Parameters<typeof averageOf>[0][]): void;
  close(): Promise<void>;
}

/** The API on an empty store in memory, or on that of a file, not listening. */
export function makeApi(o: { stalledMs?: number; path?: string; limits?: Limits } = {}): ApiFixture {
  const store = openStore(o.path ?? ':memory:');
  const journal = new JournalView(store);
  const history = openHistory({ store, onError: () => {} });
  const hub = createStreamHub({ store, history, settledRules: () => journal.settledRules, ...o });
  const app = fastify({ forceCloseConnections: true });
  const routes: string[] = [];
  app.addHook('onRoute', ({ url, method }) => void (method === 'GET' && routes.push(url)));
  const limits = protectServer(app, o.limits === undefined ? {} : { limits: o.limits });
  compressAnswers(app);
  apiRoutes(app, {
    store,
    journal,
    history,
    hub,
    limits,
    status: async () => ({}) as Status,
    explain: async () => ({}),
  });
  return {
    app,
    routes,
    store,
    journal,
    hub,
    put(...fields) {
      const rows = store.transaction(() => fields.map((field) => store.upsert(averageOf(field), 0)));
      const changed = rows.filter((row) => row !== undefined);
      if (changed.length > 0) hub.publish(changed);
    },
    async close() {
      hub.stop();
      await app.close();
      await history.close();
      store.close();
    },
  };
}
