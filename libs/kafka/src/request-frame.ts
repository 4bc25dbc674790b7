import type { Request } from './request.ts';
import { Writer } from './wire.ts';

const SIZE_FIELD_BYTES = 4;

/** Size, request header 1 (2 where the request is flexible) and body, in pieces to be written one after the other. */
export function requestFrame(
  request: Request<unknown>,
  correlationId: number,
  clientId: string,
): Uint8Array[] {
  const writer = new Writer()
    .int32(0) // the size, known at the end
    .int16(request.apiKey)
    .int16(request.apiVersion)
    .int32(correlationId)
    .string(clientId);
  if (request.isFlexible) writer.tags();
  request.encode(writer);
  const pieces = writer.pieces;
  const sizeBytes = pieces.reduce((sum, piece) => sum + piece.length, 0);
  (pieces[0] as Buffer).writeInt32BE(sizeBytes - SIZE_FIELD_BYTES);
  return pieces;
}
