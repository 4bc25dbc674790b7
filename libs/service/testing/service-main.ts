// A service for the tests of runService: what it does comes from its settings.
import { z } from 'zod';
import { commonSettings, createMetrics, runService, settings, startHttp } from '../src/index.ts';

const schema = z.object({
  ...commonSettings,
  ACTION: settings
    .choice(['run', 'done', 'throw', 'fail', 'reject', 'bad-stop', 'stuck', 'exit-3'])
    .prefault('run'),
});

runService({
  name: 'example',
  help: 'An example for tests.',
  schema,
  env: JSON.parse(process.argv[2] ?? '{}') as Record<string, string>,
  args: process.argv.slice(3),
  start: async ({ settings: { ACTION, HTTP_HOST, HTTP_PORT }, log, health, onStop, fail, stop }) => {
    const http = await startHttp({
      host: HTTP_HOST,
      port: HTTP_PORT,
      log: log(),
      health,
      metrics: createMetrics({ service: 'example', health }),
    });
    onStop(() => http.close());
    onStop(() => log().info('first registered, last stopped'));
    onStop(() => log().info('last registered, first stopped'));
    log().info({ address: http.address }, 'listening');
    health.setReady();
    if (ACTION === 'throw') throw new Error('cannot start: broken');
    if (ACTION === 'exit-3') {
      throw Object.assign(new Error('input truncated'), { exitCode: 3, remedy: 'reset to a later offset' });
    }
    if (ACTION === 'fail') setTimeout(() => fail(new Error('lost its way')), 10);
    if (ACTION === 'reject') void Promise.reject(new Error('nobody caught this'));
    if (ACTION === 'done') stop('the work is done');
    if (ACTION === 'stuck') onStop(() => new Promise(() => {}));
    if (ACTION === 'bad-stop') {
      onStop(() => {
        throw new Error('cannot close');
      });
      stop('the work is done');
    }
  },
});
