import { type GroupOffset, nameOf, type ProducedPart, type ProducePart } from './produce-part.ts';

/**
 * Produces one batch per partition and request: batches of a partition that comes more than once form rounds. The offset goes with
 * the last one.
 *
 * @param produceRound notes where each of its batches was appended
 * @returns what became of each part, in order; -1 for those without records
 */
export async function produceInRounds(
  parts: readonly ProducePart[],
  offset: GroupOffset | undefined,
  produceRound: (
    round: ProducePart[],
    offset: GroupOffset | undefined,
    baseOffsets: Map<ProducePart, number>,
  ) => Promise<void>,
): Promise<ProducedPart[]> {
  const baseOffsets = new Map<ProducePart, number>();
  const rounds = roundsOf(parts.filter((part) => part.batch.count > 0));
  for (const [index, round] of rounds.entries()) {
    await produceRound(round, index === rounds.length - 1 ? offset : undefined, baseOffsets);
  }
  if (rounds.length === 0 && offset !== undefined) await produceRound([], offset, baseOffsets);
  return parts.map((part) => ({
    topic: part.topic,
    partition: part.partition,
    baseOffset: baseOffsets.get(part) ?? -1,
  }));
}

/** nth batches of every partition together: order within a partition, one batch per partition and request. */
function roundsOf(parts: readonly ProducePart[]): ProducePart[][] {
  const rounds: ProducePart[][] = [];
  const seen = new Map<string, number>();
  for (const part of parts) {
    const index = seen.get(nameOf(part)) ?? 0;
    seen.set(nameOf(part), index + 1);
    const round = rounds[index];
    if (round === undefined) rounds.push([part]);
    else round.push(part);
  }
  return rounds;
}
