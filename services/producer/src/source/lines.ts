/** A price is a line of a hundred bytes; one of this length is not a line of prices, and would fill the memory. */
export const LINE_LENGTH_MAX = 65_536;

export interface Line {
  /** From 1. */
  number: number;
  text: string;
}

/**
 * The lines of a stream of UTF-8 bytes, a batch for each chunk; CR before LF and a byte order mark are dropped, empty lines left out (and counted).
 * A line over LINE_LENGTH_MAX characters comes as its first LINE_LENGTH_MAX + 1.
 */
export async function* lines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Line[]> {
  const decoder = new TextDecoder(); // drops the byte order mark
  let rest = '';
  let number = 0;
  const take = (text: string, batch: Line[]) => {
    number++;
    const clean = text.endsWith('\r') ? text.slice(0, -1) : text;
    if (clean !== '') batch.push({ number, text: clean.slice(0, LINE_LENGTH_MAX + 1) });
  };
  for await (const chunk of chunks) {
    const text = rest + decoder.decode(chunk, { stream: true });
    const batch: Line[] = [];
    let start = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
      take(text.slice(start, end), batch);
      start = end + 1;
    }
    rest = text.slice(start, start + LINE_LENGTH_MAX + 2);
    if (batch.length > 0) yield batch;
  }
  const last: Line[] = [];
  rest += decoder.decode();
  if (rest !== '') take(rest, last);
  if (last.length > 0) yield last;
}
