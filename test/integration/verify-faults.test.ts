import type { SimCluster } from '@meanwhile/kafka/testing';
import { topicNames } from '@meanwhile/records';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Problem, ProblemKind } from '../../services/cli/src/verify/problems.ts';
import { exitCodeOf, type VerifyReport } from '../../services/cli/src/verify/verify-topics.ts';
import { faults } from '../support/checker-faults.ts';
import type { LogRecord, PartitionLogs } from '../support/checker-types.ts';
import {
  appendOutputs,
  clusterOf,
  type FlawlessRun,
  flawlessRun,
  INPUT,
  journalWithSnapshot,
  OUTPUT,
  SNAPSHOT_AFTER,
  TRIM_BEFORE,
} from '../support/verify-fixture.ts';
import { verifySimulated } from '../support/verify-on.ts';

/** What each of the checker's seeded faults is called here, and how often: nothing else may be said. */
const NAMES: Record<string, Partial<Record<ProblemKind, number>>> = {
  'a result is lost': { lost: 1 },
  'a final is lost': { lost: 1 },
  'a result is doubled': { doubled: 1 },
  'a total is off by a part in 1e9': { wrong: 1 },
  'a total is off by a part in 1e11, with its average in step': { wrong: 1 },
  'an average is not total / record_count': { wrong: 1 },
  'a standard deviation is that of a sample': { wrong: 1 },
  'one record is counted twice': { wrong: 1 },
  'an input_offset is another': { wrong: 1 },
  'a number is written another way': { wrong: 1 },
  'fields stand in another order': { wrong: 1 },
  'a record key is not the symbol': { wrong: 1 },
  'a revision is left out': { lost: 1 },
  'a revision follows a final': { unexplained: 1 },
  'a window nobody made is sent': { lost: 1, unexplained: 1 },
  'two results of one symbol and definition change places': { order: 2 },
  'a late entry is extra': { doubled: 1 },
  'a late entry is missing': { lost: 1 },
  'a late entry says a wrong watermark': { wrong: 1 },
  'a late entry leaves a definition out': { wrong: 1 },
  'a dead letter is missing': { lost: 1 },
  'a dead letter is extra': { doubled: 1 },
  'a reason is another': { wrong: 1 },
  'a detail is too long': { wrong: 1 },
  'a dead letter names another topic': { wrong: 1 },
  'an own header is changed': { wrong: 1 },
  'a value is not byte for byte': { wrong: 1 },
  'a journal entry is missing': { journal: 2 },
  'a journal entry is doubled': { journal: 1 },
  'a journal entry counts a record twice': { journal: 1 },
  'a stretch ends one record early': { journal: 2 },
  'a watermark goes back': { journal: 1 },
  'a live silence goes past the cap': { journal: 1 },
  'a live silence was written before its time': { journal: 1 },
  'append times are others': { journal: 1 },
  'results are written that no entry covers': { doubled: 1 },
};

const names = topicNames(OUTPUT);
const topics = { inputTopic: INPUT, outputTopic: OUTPUT, partitions: [0] };

let flawless: FlawlessRun;

beforeAll(() => {
  flawless = flawlessRun();
});

test('a flawless run has no problem', async () => {
  const report = await verify(flawless);
  expect(report.problems.full).toEqual([]);
  expect(report.unverified).toEqual([]);
  const { averages, late, deadLetters, input } = flawless;
  expect(report.partitions).toMatchObject([
    {
      from: 'beginning',
      records: input.length,
      averages: averages.length,
      late: late.length,
      dead_letters: deadLetters.length,
      entries: 11,
      silences: 1,
      offsets_behind: 0,
    },
  ]);
  expect(late.length).toBeGreaterThan(5);
  expect(deadLetters.length).toBeGreaterThan(5);
});

describe('finds each fault, and calls it by its name', () => {
  test.each(faults)('$name', async ({ name, seed }) => {
    const logs = copyOf(flawless);
    seed(logs);
    const { problems } = await verify(logs);
    const named = NAMES[name] ?? { unexplained: coveredBy(flawless.journal.slice(-2)) };
    expect(problems.counts, said(problems.full)).toEqual(named);
  });
});

test('finds a result with a header that nobody gave it', async () => {
  const logs = copyOf(flawless);
  logs.averages[100] = { ...logs.averages[100]!, headers: [{ key: 'a', value: new Uint8Array([98]) }] };
  const { problems } = await verify(logs);
  expect(problems.counts).toEqual({ wrong: 1 });
  expect(problems.full[0]!.text).toBe('header a is a=b, wanted none');
});

describe('begins with a snapshot where the journal is trimmed', () => {
  const ofSnapshot = async (seed: (logs: PartitionLogs) => void, isFromSnapshot = false) => {
    const logs = { ...copyOf(flawless), journal: journalWithSnapshot(flawless) };
    seed(logs);
    const cluster = clusterOf(logs);
    if (!isFromSnapshot) cluster.partition(names.journal, 0).deleteBefore(TRIM_BEFORE);
    return verifySimulated(cluster, { ...topics, isFromSnapshot });
  };

  test.each([false, true])('without a problem (whole journal, but asked to: %s)', async (isFromSnapshot) => {
    const { problems, partitions } = await ofSnapshot(() => {}, isFromSnapshot);
    expect(problems.full).toEqual([]);
    const { offset, results, late, deadLetters } = flawless.snapshot;
    expect(partitions).toMatchObject([
      {
        from: 'snapshot',
        from_offset: offset,
        averages: flawless.averages.length - results,
        late: flawless.late.length - late,
        dead_letters: flawless.deadLetters.length - deadLetters,
        entries: 11 - SNAPSHOT_AFTER,
        no_longer_kept: 0,
      },
    ]);
  });

  test.each([0, 1, 50])('result %i after it is lost, doubled, changed, or not explained', async (after) => {
    const at = flawless.snapshot.results + after;
    const found = async (seed: (averages: LogRecord[]) => void) =>
      (await ofSnapshot(({ averages }) => seed(averages))).problems.counts;
    expect(await found((averages) => averages.splice(at, 1))).toEqual({ lost: 1 });
    expect(await found((averages) => averages.splice(at + 1, 0, averages[at]!))).toEqual({ doubled: 1 });
    expect(await found((averages) => edit(averages, at, 'total', 1))).toEqual({ wrong: 1 });
    // Right at the snapshot, a record that nobody computed may as well belong to what came before.
    const unexplained = after === 0 ? {} : { unexplained: 1 };
    expect(await found((averages) => edit(averages, at, 'window_end', 1))).toEqual({
      lost: 1,
      ...unexplained,
    });
  });

  test('a dead letter and a late record after it are missing', async () => {
    const { problems } = await ofSnapshot(({ late, deadLetters }) => {
      late.splice(flawless.snapshot.late, 1);
      deadLetters.splice(flawless.snapshot.deadLetters, 1);
    });
    expect(problems.counts).toEqual({ lost: 2 });
  });

  test('does not judge what was published before it', async () => {
    const { problems } = await ofSnapshot(({ averages }) => averages.splice(20, 40));
    expect(problems.counts).toEqual({});
  });
});

describe('where the averages no longer reach back', () => {
  const KEPT_FROM = 150;
  const truncated = (seed: (averages: LogRecord[]) => void) => {
    const logs = copyOf(flawless);
    seed(logs.averages);
    const cluster = clusterOf(logs);
    cluster.partition(names.averages, 0).deleteBefore(KEPT_FROM);
    return verifySimulated(cluster, topics);
  };

  test('only what is kept is compared', async () => {
    const { problems, partitions } = await truncated(() => {});
    expect(problems.full).toEqual([]);
    expect(partitions).toMatchObject([{ averages: flawless.averages.length, no_longer_kept: KEPT_FROM }]);
  });

  test('what is kept is judged', async () => {
    const found = async (seed: (averages: LogRecord[]) => void) => (await truncated(seed)).problems.counts;
    expect(await found((averages) => averages.splice(KEPT_FROM + 1, 1))).toEqual({ lost: 1 });
    expect(await found((averages) => edit(averages, KEPT_FROM, 'total', 1))).toEqual({ wrong: 1 });
  });

  test('nothing is left of them', async () => {
    const cluster = clusterOf(flawless);
    cluster.partition(names.averages, 0).deleteBefore(flawless.averages.length);
    const { problems, partitions } = await verifySimulated(cluster, topics);
    expect(problems.full).toEqual([]);
    expect(partitions).toMatchObject([{ no_longer_kept: flawless.averages.length }]);
  });
});

test('a journal that a reset has opened anew, with nothing read since', async () => {
  const logs = copyOf(flawless);
  for (const log of [logs.averages, logs.late, logs.deadLetters]) log.splice(0);
  logs.journal = [logs.journal[1]!, logs.journal[0]!];
  const cluster = clusterOf(logs);
  cluster.partition(names.journal, 0).deleteBefore(1);
  const { problems, partitions, unverified } = await verifySimulated(cluster, topics);
  expect({ problems: problems.full, unverified }).toEqual({ problems: [], unverified: [] });
  expect(partitions).toMatchObject([{ from: 'nothing', entries: 0 }]);
});

describe('beside a pipeline that goes on', () => {
  /** What was written up to entry SNAPSHOT_AFTER, and the rest. */
  const halves = () => {
    const { averages, late, deadLetters, journal, snapshot } = flawless;
    const cuts = [snapshot.results, snapshot.late, snapshot.deadLetters, SNAPSHOT_AFTER + 1] as const;
    const part = (side: (log: LogRecord[], cut: number) => LogRecord[]) => ({
      averages: side(averages, cuts[0]),
      late: side(late, cuts[1]),
      deadLetters: side(deadLetters, cuts[2]),
      journal: side(journal, cuts[3]),
    });
    return { before: part((log, cut) => log.slice(0, cut)), after: part((log, cut) => log.slice(cut)) };
  };
  const verifyWhile = (extra: LogRecord[], at: { topic: string; at: string }) => {
    const { before, after } = halves();
    before.averages.push(...extra);
    const cluster = clusterOf({ ...flawless, ...before });
    let isAppended = false;
    const beforeOffset = (topic: string, asked: string | number) => {
      if (isAppended || topic !== at.topic || asked !== at.at) return;
      isAppended = true;
      appendOutputs(cluster, after);
    };
    return verifySimulated(cluster, { ...topics, beforeOffset });
  };

  test.each([
    { name: 'averages, before the first look', topic: names.averages, at: 'stable', entries: 11 },
    { name: 'the journal, before its end is asked for', topic: names.journal, at: 'latest', entries: 11 },
    { name: 'the journal, right after', topic: names.journal, at: 'stable', entries: SNAPSHOT_AFTER },
    { name: 'averages, after the journal', topic: names.averages, at: 'latest', entries: SNAPSHOT_AFTER },
  ])('is no problem, wherever the journal ends: $name', async ({ topic, at, entries }) => {
    const { problems, partitions } = await verifyWhile([], { topic, at });
    expect(problems.full).toEqual([]);
    expect(partitions).toMatchObject([{ entries }]);
  });

  test('what was there at the first look and no entry covers is not explained', async () => {
    const extra = [flawless.averages.at(-1)!];
    const at = { topic: names.averages, at: 'latest' };
    expect((await verifyWhile(extra, at)).problems.counts).toEqual({ doubled: 1 });
  });
});

describe('many at once', () => {
  test('hundreds of results lost in a row are that, and not one that follows', async () => {
    const { averages } = flawless;
    const lost = 300; // more than is looked ahead
    const { problems } = await verify({ ...copyOf(flawless), averages: averages.toSpliced(10, lost) });
    expect(problems.counts).toEqual({ lost });
    expect(problems.full).toHaveLength(20);
  });

  test('a transaction that was written twice', async () => {
    const { averages } = flawless;
    const twice = averages.slice(60, 360);
    const { problems } = await verify({
      ...copyOf(flawless),
      averages: averages.toSpliced(360, 0, ...twice),
    });
    expect(problems.counts).toEqual({ doubled: twice.length });
  });
});

describe('cannot verify, and says why', () => {
  const refusal = async (
    change: (logs: PartitionLogs) => void,
    more: (cluster: SimCluster) => void = () => {},
  ) => {
    const logs = copyOf(flawless);
    change(logs);
    const cluster = clusterOf(logs);
    more(cluster);
    const report = await verifySimulated(cluster, topics);
    expect(exitCodeOf(report)).toBe(3);
    return report.unverified[0]!.text;
  };
  const recorded = (field: string, value: unknown) => (logs: PartitionLogs) =>
    edit(logs.journal, 0, field, value);

  test('input that is gone', async () => {
    const text = await refusal(
      () => {},
      (cluster) => cluster.partition(INPUT, 0).deleteBefore(9),
    );
    expect(text).toContain('the input is gone up to offset 9, needed from 0');
  });

  test('a journal that is trimmed, without a snapshot', async () => {
    const text = await refusal(
      ({ journal }) => journal.splice(3, 0, journal[0]!),
      (cluster) => cluster.partition(names.journal, 0).deleteBefore(3),
    );
    expect(text).toContain('the journal is trimmed up to offset 3, and no snapshot in it can be used');
  });

  test('an input that is another, or ends too early', async () => {
    expect(await refusal(recorded('input_topic', 'trades'))).toContain(
      'input topic is prices, the journal was written for trades',
    );
    expect(await refusal(recorded('input_topic_id', 'x'))).toContain(
      'input topic id is topic-1, the journal was written for x',
    );
    expect(await refusal(recorded('partitions', 3))).toContain(
      'partition count is 1, the journal was written for 3',
    );
    expect(await refusal(({ input }) => input.splice(-30))).toContain(
      'the input ends at offset 740, the journal has read up to 800',
    );
  });

  test('a version that computes otherwise', async () => {
    expect(await refusal(recorded('semantics_version', 99))).toContain(
      'semantics version is 1, the journal was written for 99',
    );
  });
});

function verify(logs: PartitionLogs): Promise<VerifyReport> {
  return verifySimulated(clusterOf(logs), topics);
}

/** Adds to a number, or puts another value in its place. */
function edit(log: LogRecord[], index: number, field: string, value: unknown): void {
  const json = JSON.parse(new TextDecoder().decode(log[index]!.value!));
  const isSum = typeof value === 'number' && field !== 'partitions' && field !== 'semantics_version';
  json[field] = isSum ? json[field] + value : value;
  log[index] = { ...log[index]!, value: new TextEncoder().encode(JSON.stringify(json)) };
}

/** Results, late records and dead letters of some entries. */
function coveredBy(entries: LogRecord[]): number {
  return entries.reduce((sum, { value }) => {
    const { results, late, partly_late, dead_lettered } = JSON.parse(new TextDecoder().decode(value!));
    return sum + results + late + partly_late + dead_lettered;
  }, 0);
}

function copyOf(logs: PartitionLogs): PartitionLogs {
  const { partition, input, averages, late, deadLetters, journal } = logs;
  const copies = { averages: [...averages], late: [...late], deadLetters: [...deadLetters] };
  return { partition, input: [...input], ...copies, journal: [...journal] };
}

function said(problems: Problem[]): string {
  return problems.map(({ kind, offset, text }) => `${kind} ${offset}: ${text}`).join('\n');
}
