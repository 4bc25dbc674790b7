import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { Price } from '../price.ts';
import { type OnBadLine, readPrices } from './read-prices.ts';

const CHUNK_BYTES = 64 * 1024;

/** The prices of a file, plain or gzipped (told by its first bytes, whatever its name). @throws exitCode 2 when it cannot be opened. */
export async function* readFile(path: string, onBadLine: OnBadLine): AsyncGenerator<Price[]> {
  const file = await open(path).catch((error: NodeJS.ErrnoException) => {
    throw Object.assign(
      new Error(`cannot read ${path}: ${error.code}, wanted a file of prices`, { cause: error }),
      {
        exitCode: 2,
        remedy: 'set SOURCE=file:<path> to a readable file',
      },
    );
  });
  const head = await file.read(Buffer.alloc(2), 0, 2, 0);
  const isGzip = head.bytesRead === 2 && head.buffer[0] === 0x1f && head.buffer[1] === 0x8b;
  const bytes = file.createReadStream({ start: 0, highWaterMark: CHUNK_BYTES }); // closes the file at its end
  let chunks: Readable = bytes;
  if (isGzip) {
    const gunzip = createGunzip({ chunkSize: CHUNK_BYTES });
    bytes.once('error', (error) => gunzip.destroy(error));
    chunks = bytes.pipe(gunzip);
  }
  try {
    yield* readPrices(chunks as AsyncIterable<Uint8Array>, onBadLine);
  } catch (error) {
    if (error instanceof Error && 'exitCode' in error) throw error;
    throw new Error(`reading ${path}: ${(error as Error).message}`, { cause: error });
  } finally {
    bytes.destroy();
  }
}
