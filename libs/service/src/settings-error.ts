import { withoutCredentials } from './secrets.ts';

/** One setting that cannot be used: its name, the text found (undefined: not set) and what would be right. */
export interface SettingFault {
  name: string;
  found: string | undefined;
  wanted: string;
}

/** All faults in the settings at once; a line for each: `NAME=value: what would be right`. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
  readonly exitCode = 2;
  readonly code = 'bad_settings';
  readonly faults: readonly string[];

  constructor(faults: readonly SettingFault[]) {
    const lines = faults.map(faultLine);
    super(`bad settings:\n${lines.join('\n')}`);
    this.faults = lines;
  }
}

function faultLine({ name, found, wanted }: SettingFault): string {
  return found === undefined
    ? `${name} is not set: ${wanted}`
    : `${name}=${withoutCredentials(found)}: ${wanted}`;
}
