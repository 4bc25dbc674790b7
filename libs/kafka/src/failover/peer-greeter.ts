import type { Duplex } from 'node:stream';
import { byeLine, helloLine } from './peer-protocol.ts';

/** The side that is watched: tells every peer who we are. */
export class PeerGreeter {
  readonly #peers = new Set<Duplex>();
  #memberId = '';
  #isGone = false;

  /** Takes a connection that was upgraded to `PEER_PROTOCOL`; closes it when the peer does. */
  greet(peer: Duplex): void {
    if (this.#isGone) {
      peer.end(byeLine);
      return;
    }
    this.#peers.add(peer);
    peer.on('error', () => peer.destroy());
    peer.once('close', () => this.#peers.delete(peer));
    peer.resume(); // a peer says nothing, but its end must be seen
    peer.once('end', () => peer.end());
    peer.write(helloLine(this.#memberId));
  }

  /** We are known to the group by another member id from now on. */
  become(memberId: string): void {
    if (memberId === this.#memberId) return;
    this.#memberId = memberId;
    for (const peer of this.#peers) peer.write(helloLine(memberId));
  }

  /** We leave the group ourselves. */
  goodbye(): void {
    this.#isGone = true;
    for (const peer of this.#peers) {
      peer.end(byeLine);
      // The last line goes out first; a peer that does not read it must not keep us.
      setTimeout(() => peer.destroy(), 100).unref();
    }
  }
}
