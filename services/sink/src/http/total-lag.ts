/**
 * Records that are in the input and in no commit.
 * @param nextOffsets behind the last committed record, by partition
 * @param endOffsets of the input, by partition
 * @returns null while it is not known: Kafka was not heard, or a partition has records and no commit tells where its reading began
 */
export function totalLag(
  nextOffsets: ReadonlyMap<number, number>,
  endOffsets: ReadonlyMap<number, number>,
): number | null {
  if (endOffsets.size === 0) return null;
  let lag = 0;
  for (const [partition, endOffset] of endOffsets) {
    const nextOffset = nextOffsets.get(partition);
    if (nextOffset !== undefined) lag += Math.max(0, endOffset - nextOffset);
    else if (endOffset > 0) return null;
  }
  return lag;
}
