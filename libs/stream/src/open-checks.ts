import { errorCode, FencedError, StopError } from '@meanwhile/kafka';
import { type LocatedState, locate } from './journal.ts';
import type { InputIdentity, OpenOptions } from './open.ts';
import { OTHER_OUTPUTS, START_OVER } from './remedies.ts';

/** The input must be the one that the journal was written for. */
export function checkInput(
  located: LocatedState,
  { topics, factory, partition }: OpenOptions,
  input: InputIdentity,
): void {
  const recorded = located.settings!;
  const wanted: [string, string | number, string | number][] = [
    ['input topic', topics.input, recorded.input_topic],
    ['input topic id', input.topicId, recorded.input_topic_id],
    ['partition count', input.partitions, recorded.partitions],
  ];
  // A snapshot of everything (a clean stop writes it) can be carried on by a version that would replay otherwise.
  if (located.entries.some(({ type }) => type === 'commit')) {
    wanted.push(['semantics version', factory.semanticsVersion, recorded.semantics_version]);
  }
  for (const [what, found, was] of wanted) {
    if (found === was) continue;
    throw new StopError(`partition ${partition}: ${what} is ${found}, the journal was written for ${was}`, {
      remedy: remedyFor(what, was),
    });
  }
}

function remedyFor(what: string, was: string | number): string {
  if (what === 'semantics version') return `run the version with semantics ${was} once and stop it cleanly`;
  if (what === 'partition count') return OTHER_OUTPUTS;
  return `the input was replaced: choose another OUTPUT_TOPIC, or ${START_OVER}`;
}

/**
 * A group that has read needs the journal of it. Only for a journal without an entry that counts, which is to be begun at `position`.
 * A first transaction that a broker's death has left half ended is aborted, while the group's offset, the position then, may stand.
 */
export async function checkUnread(options: OpenOptions, position: number): Promise<void> {
  const { log, topics, partition, groupId } = options;
  const groupOffset = await log.groupOffset(partition);
  if (groupOffset < 0) return;
  if ((await lookAgain(options)).settings) throw overtaken(options);
  // Into a journal that was deleted nothing is written, not even what is aborted: this refuses it first.
  const hasBegun = (await log.offset(topics.journal, partition, 'latest')) > 0;
  if (hasBegun && groupOffset === position) return;
  throw new StopError(
    `${topics.journal}[${partition}]: no journal, but group ${groupId} has committed offset ${groupOffset}`,
    {
      remedy: `the journal was deleted or the group belongs to another program: choose another GROUP_ID and OUTPUT_TOPIC, or ${START_OVER}`,
    },
  );
}

/** Input that is still needed must be there. */
export async function checkStart(located: LocatedState, options: OpenOptions): Promise<void> {
  const { log, topics, partition } = options;
  const logStart = await log.offset(topics.input, partition, 'earliest');
  if (logStart <= neededFrom(located)) return;
  if (logStart <= neededFrom(await lookAgain(options))) throw overtaken(options);
  const needed = neededFrom(located);
  const where = `${topics.input}[${partition}]`;
  if (needed < located.position)
    throw new StopError(
      `${where}: input is gone up to offset ${logStart}, needed from ${needed} for recovery`,
      {
        remedy: `lengthen the input topic's retention, then ${START_OVER}`,
      },
    );
  throw new StopError(`${where}: input is gone from offset ${needed} to ${logStart} before it was read`, {
    remedy: `lengthen the input topic's retention or add replicas; to go on without the lost records ${START_OVER}`,
  });
}

/** Where a replay begins, or, with nothing to replay, where reading goes on. */
function neededFrom({ snapshot, entries, settings, position }: LocatedState): number {
  if (!entries.some(({ type }) => type === 'commit')) return position;
  return snapshot?.offset ?? settings?.start_offset ?? position;
}

/** An input that ends before what was read of it is not the log that was read. */
export async function checkEnd(
  located: LocatedState,
  { log, topics, partition }: OpenOptions,
): Promise<void> {
  const end = await log.offset(topics.input, partition, 'stable');
  if (end >= located.position) return;
  throw new StopError(
    `${topics.input}[${partition}]: the input ends at offset ${end}, the journal has read up to ${located.position}`,
    {
      remedy: `bring the lost end of the input back, or ${START_OVER}`,
    },
  );
}

/**
 * The journal once more. What an owner finds after its first look may be the work of a successor, which it does not know of while it
 * stands still: evidence against the journal counts only if a journal that was read after it does not explain it.
 * @throws FencedError when somebody else's transaction is under way: it may hold the explanation.
 */
async function lookAgain(options: OpenOptions): Promise<LocatedState> {
  const { log, topics, partition, signal } = options;
  const stable = await log.offset(topics.journal, partition, 'stable');
  if (stable < (await log.offset(topics.journal, partition, 'latest'))) throw overtaken(options);
  return locate(log, topics.journal, partition, signal);
}

function overtaken({ topics, partition }: OpenOptions): FencedError {
  const place = { topic: topics.journal, partition };
  return new FencedError('opening (a successor has gone on)', errorCode.producerFenced, place);
}
