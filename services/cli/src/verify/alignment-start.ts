import { nearestPair } from './nearest-pair.ts';
import type { RecordCopy } from './record-copy.ts';

export interface AlignmentStart {
  /** Input offset from which is recomputed: what is published may begin before. -1: it does not. */
  foundBefore: number;
  /** What is published may begin later than what is recomputed: its beginning is no longer kept. */
  isTruncated: boolean;
}

/** How many records at the head of each side have no counterpart because the other side begins later; one of the two is 0. */
export interface StartStep {
  expected: number;
  found: number;
  /** What comes then belongs to both. Otherwise: another step, when there are more records. */
  isAligned: boolean;
}

/**
 * A step towards where the two sides begin to be the same: one of them may reach further back.
 *
 *   foundBefore   expected      C D E      isTruncated   expected  A B C D E
 *                 found     A B C D E                    found         C D E
 *
 * @param hasSkippedFound a step before has taken published records away: they reach back far enough
 */
export function startStep(
  expected: readonly RecordCopy[],
  found: readonly RecordCopy[],
  { foundBefore, isTruncated, hasSkippedFound }: AlignmentStart & { hasSkippedFound: boolean },
): StartStep {
  const pair = nearestPair(expected, found);
  const mayForget = isTruncated && !hasSkippedFound;
  if (!pair && mayForget && expected.length > 0) {
    const isFoundLater = found.length === 0 || highestInput(found) > highestInput(expected);
    // Half: the other half may be the counterpart of records that were changed.
    if (isFoundLater) return { expected: half(expected), found: 0, isAligned: false };
  }
  const isBefore = (record: RecordCopy | undefined) =>
    record !== undefined && record.identity.inputOffset < foundBefore;
  const skipsMax = pair ? pair.found : half(found);
  let skips = 0;
  while (skips < skipsMax && isBefore(found[skips])) skips++;
  if (!pair && isBefore(found[skips])) return { expected: 0, found: skips, isAligned: false };
  return { expected: pair?.found === 0 && mayForget ? pair.expected : 0, found: skips, isAligned: true };
}

function highestInput(records: readonly RecordCopy[]): number {
  return Math.max(-1, ...records.map(({ identity }) => identity.inputOffset));
}

function half({ length }: readonly RecordCopy[]): number {
  return Math.max(1, length >> 1);
}
