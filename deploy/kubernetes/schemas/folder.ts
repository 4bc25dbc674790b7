import { homedir } from 'node:os';
import { join } from 'node:path';

/** Programs, and `schemas/`: what prepare.ts brings. Outside the project, since several checkouts can share it. */
export const toolsFolder = join(
  process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'),
  'meanwhile',
  'kubernetes',
);
