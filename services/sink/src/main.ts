import { runService } from '@meanwhile/service';
import { sinkSettings } from './sink-settings.ts';
import { startSink } from './start-sink.ts';

runService({
  name: 'sink',
  help: 'Keeps the newest revision of every average in SQLite and shows it: API, stream and chart page.',
  schema: sinkSettings,
  env: process.env,
  start: startSink,
});
