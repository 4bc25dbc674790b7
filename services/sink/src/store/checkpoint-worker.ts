import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';

/** Some megabytes of log on a busy pipeline. */
const INTERVAL_MS = 500;

// A thread of startCheckpoints. A passive checkpoint waits for nobody and nobody waits for it.
const database = new DatabaseSync(String(workerData));
database.exec('PRAGMA busy_timeout = 0; PRAGMA synchronous = NORMAL;');
const checkpoint = database.prepare('PRAGMA wal_checkpoint(PASSIVE)');
const timer = setInterval(() => checkpoint.get(), INTERVAL_MS);
parentPort!.once('message', () => {
  clearInterval(timer);
  database.close();
  parentPort!.close();
});
