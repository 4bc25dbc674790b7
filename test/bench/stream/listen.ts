import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { runMeasured } from '../run-measured.ts';
import { metric, serviceMetrics } from '../service-metrics.ts';
import type { ListenArgs, ListenResult } from './stream-args.ts';

/** Connections that are opened at a time. */
const OPENED_AT_ONCE = 50;
const WARM_UP_MS = 3_000;

runMeasured(listen);

/** Opens all streams, lets them settle, then counts for a while: frames, and what they cost the sink. */
async function listen(args: ListenArgs): Promise<ListenResult> {
  let isCounting = false;
  const frames = Array.from({ length: args.readers }, () => 0);
  let ended = 0;
  const sockets: Socket[] = [];
  for (let index = 0; index < args.readers + args.idlers; index += 1) {
    const socket = connect(args.port, '127.0.0.1');
    sockets.push(socket);
    socket.on('error', () => {});
    socket.write(`GET /api/v1/stream?symbol=${args.symbol} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`);
    if (index >= args.readers) socket.pause();
    else {
      socket.on('data', (bytes: Buffer) => {
        if (isCounting) frames[index]! += framesIn(bytes);
      });
      socket.on('close', () => {
        ended += 1;
      });
    }
    if (index % OPENED_AT_ONCE === 0) await sleep(20);
  }
  await untilListening(args);
  await sleep(WARM_UP_MS);
  const before = await serviceMetrics(args.port);
  const startMs = performance.now();
  isCounting = true;
  await sleep(args.seconds * 1_000);
  isCounting = false;
  const seconds = (performance.now() - startMs) / 1_000;
  const after = await serviceMetrics(args.port);
  const most = frames.reduce((highest, count) => Math.max(highest, count), 0);
  return {
    frames: frames.reduce((sum, count) => sum + count, 0),
    ended,
    behind: frames.filter((count) => count < most - 1).length,
    sinkCpuSeconds: metric(after, 'process_cpu_seconds_total') - metric(before, 'process_cpu_seconds_total'),
    seconds,
  };
}

/** A frame ends with an empty line; the sink writes whole ones, so few are cut by the connection. */
function framesIn(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf('\n\n'); at >= 0; at = bytes.indexOf('\n\n', at + 2)) count += 1;
  return count;
}

async function untilListening({ port, readers, idlers }: ListenArgs): Promise<void> {
  for (;;) {
    const clients = metric(await serviceMetrics(port), 'meanwhile_sink_stream_clients');
    if (clients >= readers + idlers) return;
    await sleep(100);
  }
}
