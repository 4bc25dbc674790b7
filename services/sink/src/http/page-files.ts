import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compress, type Encoding } from './content-encoding.ts';
import { withoutComments } from './without-comments.ts';

const PAGE = fileURLToPath(new URL('../../page/', import.meta.url));
const UPLOT = dirname(fileURLToPath(import.meta.resolve('uplot')));
/** What a browser needs; not the type declarations, tests and settings that lie beside it. */
const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

export interface PageFile {
  type: string;
  /** Of the content; each encoding of it has its own. */
  hash: string;
  bytes: Buffer;
  /** Compressed when first asked for, then kept. */
  encoded(encoding: Encoding): Promise<Buffer>;
}

/**
 * The files of the page by their path under `/`, read once: a sink that runs serves one version of them, whatever
 * happens to its folder. Some 300 KB, and a third of that again for each encoding.
 */
export function readPageFiles(): Map<string, PageFile> {
  const files = new Map<string, PageFile>();
  for (const path of globSync('**/*', { cwd: PAGE })) {
    const type = TYPES[extname(path)];
    if (type !== undefined) files.set(path.replaceAll('\\', '/'), pageFile(type, readOwn(path)));
  }
  files.set('vendor/uPlot.esm.js', pageFile(TYPES['.js']!, uPlotModule()));
  files.set('vendor/uPlot.min.css', pageFile(TYPES['.css']!, readFileSync(join(UPLOT, 'uPlot.min.css'))));
  return files;
}

function readOwn(path: string): Buffer {
  const bytes = readFileSync(join(PAGE, path));
  return extname(path) === '.js' ? Buffer.from(withoutComments(bytes.toString())) : bytes;
}

/** The package has a minified script, a third as long as its module; it declares a variable, which is what is exported. */
function uPlotModule(): Buffer {
  const script = readFileSync(join(UPLOT, 'uPlot.iife.min.js'));
  return Buffer.concat([script, Buffer.from('\nexport default uPlot;\n')]);
}

function pageFile(type: string, bytes: Buffer): PageFile {
  const kept = new Map<Encoding, Promise<Buffer>>();
  return {
    type,
    hash: createHash('sha256').update(bytes).digest('base64url').slice(0, 16),
    bytes,
    encoded(encoding) {
      const present = kept.get(encoding) ?? compress(bytes, encoding, 'once');
      kept.set(encoding, present);
      return present;
    },
  };
}
