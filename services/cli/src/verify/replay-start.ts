import { StopError } from '@meanwhile/kafka';
import type { JournalPlan, SnapshotPlace } from './journal-plan.ts';

/** Where a replay begins: with an empty state at the partition's first record, or with a snapshot. */
export type ReplayStart =
  | { snapshot: undefined; settings: Record<string, unknown>; inputOffset: number; sequence: 0 }
  | { snapshot: SnapshotPlace; settings: Record<string, unknown>; inputOffset: number; sequence: number };

/**
 * As early as journal and input allow, so that as much as possible is verified. `isFromSnapshot`: as late as there is something to verify.
 * @throws StopError when neither the beginning nor any snapshot can be used
 */
export function chooseStart(
  plan: JournalPlan,
  inputEarliest: number,
  options: { where: string; isFromSnapshot: boolean },
): ReplayStart | undefined {
  const { opening, snapshots, last, isWhole } = plan;
  if (!opening) return undefined;
  const usable = snapshots.filter(({ inputOffset }) => inputOffset >= inputEarliest);
  const newest = usable.findLast(({ sequence }) => sequence < (last?.sequence ?? 0)) ?? usable.at(-1);
  if (options.isFromSnapshot && newest) return fromSnapshot(newest);
  const isInputThere = inputEarliest <= opening.startOffset || last === undefined;
  if (isWhole && isInputThere)
    return {
      snapshot: undefined,
      settings: opening.settings,
      inputOffset: opening.startOffset,
      sequence: 0,
    };
  const oldest = usable[0];
  if (oldest) return fromSnapshot(oldest);
  const remedy =
    'a longer retention of the input keeps what is needed; the aggregator writes snapshots by itself';
  if (isWhole)
    throw new StopError(
      `${options.where}: the input is gone up to offset ${inputEarliest}, needed from ${opening.startOffset}, and there is no snapshot after that`,
      { remedy },
    );
  throw new StopError(
    `${options.where}: the journal is trimmed up to offset ${plan.fromOffset}, and no snapshot in it can be used (the input begins at offset ${inputEarliest})`,
    { remedy },
  );
}

function fromSnapshot(snapshot: SnapshotPlace): ReplayStart {
  const { settings, inputOffset, sequence } = snapshot;
  return { snapshot, settings, inputOffset, sequence };
}
