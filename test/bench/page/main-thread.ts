import type { Browser, Page } from 'playwright-core';

/** What the page's main thread did while it was traced, ms. */
export interface MainThread {
  /** Each task by itself, from its beginning to its end. */
  tasksMs: number[];
  /** All tasks between the beginning of one frame and that of the next: CPU time of the thread. */
  framesCpuMs: number[];
  /** The same tasks from beginning to end: with what the thread waited for a core that another process had. */
  framesMs: number[];
}

/** Of Chromium's trace event format: times in µs. */
interface TraceEvent {
  name: string;
  ph: string;
  pid: number;
  tid: number;
  ts: number;
  dur?: number;
  /** CPU time of the thread within `dur`. */
  tdur?: number;
  args: { name?: string };
}

const CATEGORIES = ['toplevel', 'devtools.timeline', 'disabled-by-default-devtools.timeline'];
const TASK = 'RunTask';
/** One for each frame that the page gives to be shown. */
const FRAME = 'BeginCommitCompositorFrame';

/** Traces the browser while `work` runs. One page at a time: the renderer that was busiest is taken for its own. */
export async function traceMainThread(
  browser: Browser,
  page: Page,
  work: () => Promise<void>,
): Promise<MainThread> {
  await browser.startTracing(page, { categories: CATEGORIES });
  await work();
  const trace = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: TraceEvent[] };
  return mainThreadOf(trace.traceEvents);
}

/** @throws when the trace has no frames: another Chromium may name things otherwise */
export function mainThreadOf(events: TraceEvent[]): MainThread {
  const threadOf = ({ pid, tid }: TraceEvent) => `${pid} ${tid}`;
  const renderers = new Set(
    events.filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain').map(threadOf),
  );
  const own = Map.groupBy(
    events.filter((event) => renderers.has(threadOf(event))),
    threadOf,
  );
  const busiest = [...own.values()].toSorted((a, b) => busyUs(b) - busyUs(a))[0] ?? [];
  const tasks = busiest.filter(({ name }) => name === TASK).toSorted((a, b) => a.ts - b.ts);
  const frames = busiest.filter(({ name }) => name === FRAME).toSorted((a, b) => a.ts - b.ts);
  if (frames.length < 2)
    throw new Error(`trace: ${frames.length} frames of ${events.length} events, wanted some`);
  const framesMs = Array.from({ length: frames.length - 1 }, () => 0);
  const framesCpuMs = [...framesMs];
  let frame = -1;
  for (const { ts, dur = 0, tdur = 0 } of tasks) {
    // The frame begins within its task.
    while (frame + 1 < frames.length && frames[frame + 1]!.ts <= ts + dur) frame += 1;
    if (frame < 0 || frame >= framesMs.length) continue;
    framesMs[frame]! += dur / 1_000;
    framesCpuMs[frame]! += tdur / 1_000;
  }
  if (framesCpuMs.every((ms) => ms === 0)) throw new Error('trace: no CPU times of tasks, wanted some');
  return { tasksMs: tasks.map(({ dur = 0 }) => dur / 1_000), framesMs, framesCpuMs };
}

function busyUs(events: TraceEvent[]): number {
  return events.reduce((sum, { name, dur = 0 }) => sum + (name === TASK ? dur : 0), 0);
}
