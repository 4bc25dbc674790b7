/**
 * What replicas say to each other: on an HTTP connection upgraded to this protocol the one that was asked says who it is, one
 * line of text each time that changes, and goodbye before it leaves. The other side says nothing.
 *
 * ```
 * hello <member id>     as it is known to the group; "-" before it has joined
 * bye                   it leaves the group by itself: nobody has to take it out
 * ```
 */
export const PEER_PROTOCOL = 'meanwhile-peer';
export const PEER_PATH = '/peer';

const NOT_JOINED = '-';
const BYE = 'bye';
/** More than any member id is long: whoever sends that is no peer. */
const LINE_BYTES_MAX = 1_000;

export type PeerLine = { type: 'hello'; memberId: string } | { type: 'bye' };

export function helloLine(memberId: string): string {
  return `hello ${memberId || NOT_JOINED}\n`;
}

export const byeLine = `${BYE}\n`;

/** Cuts a stream of bytes into lines. */
export function peerLineReader(onLine: (line: PeerLine) => void, onNonsense: () => void) {
  let rest = '';
  return (bytes: Uint8Array): void => {
    rest += Buffer.from(bytes).toString();
    for (let end = rest.indexOf('\n'); end >= 0; end = rest.indexOf('\n')) {
      const line = parseLine(rest.slice(0, end));
      rest = rest.slice(end + 1);
      if (line) onLine(line);
      else onNonsense();
    }
    if (rest.length > LINE_BYTES_MAX) onNonsense();
  };
}

function parseLine(text: string): PeerLine | undefined {
  if (text === BYE) return { type: 'bye' };
  const memberId = /^hello (\S+)$/.exec(text)?.[1];
  if (memberId === undefined) return undefined;
  return { type: 'hello', memberId: memberId === NOT_JOINED ? '' : memberId };
}
