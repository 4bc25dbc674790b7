/**
 * Reads server-sent events out of a text that comes in pieces cut anywhere. The id of an event without data counts
 * too, as in a browser's EventSource: the sink greets and beats with such, so that a quiet listener resumes from there.
 * Lines end with \n, as the sink writes them.
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 * @param {{ onEvent: (type: string, text: string) => void, onId: (id: string) => void }} on `onId` comes before the event
 */
export function createEventParser({ onEvent, onId }) {
  let rest = '';
  let type = '';
  /** @type {string[]} */
  let lines = [];
  /** @type {string | undefined} */
  let id;

  /** @param {string} line */
  function take(line) {
    if (line === '') return dispatch();
    const colon = line.indexOf(':');
    const name = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(colon + (line[colon + 1] === ' ' ? 2 : 1));
    if (name === 'data') lines.push(value);
    else if (name === 'event') type = value;
    else if (name === 'id') id = value;
  }

  function dispatch() {
    if (id !== undefined) onId(id);
    if (lines.length > 0) onEvent(type || 'message', lines.join('\n'));
    type = '';
    lines = [];
    id = undefined;
  }

  return {
    /** @param {string} text the next piece */
    feed(text) {
      const parts = (rest + text).split('\n');
      rest = parts.pop() ?? '';
      for (const line of parts) take(line);
    },
  };
}
