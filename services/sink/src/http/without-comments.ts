/**
 * A module without the comments that have lines of their own, a quarter of what is transferred. The lines stay, empty,
 * so that a stack trace names the line that stands in the file.
 * @param source of ours: no text in it goes over several lines and has one that looks like a comment (a test holds that)
 */
export function withoutComments(source: string): string {
  let isInside = false;
  const lines = source.split('\n').map((line) => {
    const text = line.trim();
    const isComment = isInside || text.startsWith('//') || (text.startsWith('/**') && !hasMoreAfter(text));
    if (isInside || text.startsWith('/**')) isInside = isComment && !text.endsWith('*/');
    return isComment ? '' : line;
  });
  return lines.join('\n');
}

/** A cast has the value behind it. */
function hasMoreAfter(text: string): boolean {
  const end = text.indexOf('*/');
  return end >= 0 && end + 2 < text.length;
}
