import { SEMANTICS_VERSION } from '@meanwhile/averages';
import { StopError } from '@meanwhile/kafka';
import type { JournalPlan } from './journal-plan.ts';
import type { VerifyLog } from './verify-log.ts';

/**
 * The journal must have been written for this input, by a version that computes the same.
 * @throws StopError with what differs
 */
export async function checkRecorded(
  { log, inputTopic, partition }: { log: VerifyLog; inputTopic: string; partition: number },
  { settings, last }: JournalPlan,
  inputEnd: number,
): Promise<void> {
  if (!settings) return;
  const place = `partition ${partition}`;
  const wanted: [string, string | number, string | number, string][] = [
    ['input topic', inputTopic, settings.inputTopic, `set INPUT_TOPIC=${settings.inputTopic}`],
    ['input topic id', await log.topicId(inputTopic), settings.inputTopicId, 'the input was replaced'],
    ['partition count', await log.partitionCount(inputTopic), settings.partitions, 'the input was changed'],
    [
      'semantics version',
      SEMANTICS_VERSION,
      settings.semanticsVersion,
      `run the verify of the version with semantics ${settings.semanticsVersion}`,
    ],
  ];
  for (const [what, found, was, remedy] of wanted)
    if (found !== was)
      throw new StopError(`${place}: ${what} is ${found}, the journal was written for ${was}`, { remedy });
  if (last && last.nextOffset > inputEnd)
    throw new StopError(
      `${place}: the input ends at offset ${inputEnd}, the journal has read up to ${last.nextOffset}`,
      { remedy: 'the end of the input was lost: bring it back' },
    );
}
