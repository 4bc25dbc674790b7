/** Cursor to the top left, and away with what is right of or below the text: an empty screen between two frames would flicker. */
const HOME = '\u001b[H';
const CLEAR_LINE_END = '\u001b[K';
const CLEAR_BELOW = '\u001b[J';

/** The text that puts lines over those of the last frame on a terminal. What does not fit is cut off. */
export function frame(
  lines: readonly string[],
  { columns, rows }: { columns: number; rows: number },
): string {
  // A line that wraps, or one too many, would push the others up. The last row holds the cursor.
  const fitting = lines.slice(0, rows - 1).map((line) => line.slice(0, columns) + CLEAR_LINE_END);
  return `${HOME}${fitting.join('\n')}${CLEAR_BELOW}`;
}
