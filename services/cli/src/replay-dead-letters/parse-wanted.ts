import { parseArgs } from 'node:util';
import { DEAD_LETTER_REASONS, type DeadLetterReason } from '@meanwhile/records';
import { UsageError } from '../command.ts';
import { parseTime, TIME_WANTED } from '../parse-time.ts';
import { type Assignment, parseAssignment } from './change-value.ts';

/** What the arguments ask for. */
export interface Wanted {
  reasons: readonly DeadLetterReason[];
  assignments: Assignment[];
  sinceMs: number | undefined;
  recordsMax: number;
  isDryRun: boolean;
  isJson: boolean;
}

/** @throws UsageError */
export function parseWanted(args: readonly string[]): Wanted {
  const { values } = parseArgs({
    args: [...args],
    options: {
      reason: { type: 'string', multiple: true },
      set: { type: 'string', multiple: true },
      since: { type: 'string' },
      limit: { type: 'string' },
      yes: { type: 'boolean' },
      json: { type: 'boolean' },
    },
  });
  const { since, limit } = values;
  const sinceMs = since === undefined ? undefined : parseTime(since, Date.now());
  if (since !== undefined && sinceMs === undefined)
    throw new UsageError(`--since ${since}: wanted ${TIME_WANTED}`);
  if (limit !== undefined && !/^[1-9]\d{0,8}$/.test(limit))
    throw new UsageError(`--limit ${limit}: wanted a whole number from 1 on`);
  return {
    reasons: parseReasons(values.reason),
    assignments: (values.set ?? []).map(parseAssignment),
    sinceMs,
    recordsMax: limit === undefined ? Number.POSITIVE_INFINITY : Number(limit),
    isDryRun: values.yes !== true,
    isJson: values.json === true,
  };
}

function parseReasons(texts: readonly string[] | undefined): readonly DeadLetterReason[] {
  if (texts === undefined) return DEAD_LETTER_REASONS;
  return texts
    .flatMap((text) => text.split(','))
    .map((text) => {
      const reason = DEAD_LETTER_REASONS.find((known) => known === text.trim());
      if (reason === undefined)
        throw new UsageError(`--reason ${text}: wanted some of ${DEAD_LETTER_REASONS.join(', ')}`);
      return reason;
    });
}
