// SPDX-License-Identifier: GPL-3.0-or-later
// The m-lines by which pictures of others come: one for each that is wanted, freed ones are used again, none ever goes away (RFC 3264
// section 8). A line that the server has refused is stopped for good; the browser makes a new one in its place (RFC 9429 section 5.2.2).
// Pure but for the transceivers, which it only compares and sets the direction of.

/**
 * @typedef {{ direction: RTCRtpTransceiverDirection, mid: string | null, receiver: { track: MediaStreamTrack } }} Transceiver
 * What is used of an RTCRtpTransceiver.
 * @typedef {{ transceiver: Transceiver, wish: import('./layout.js').Wish | undefined }} Line
 */

export class Lines {
  /** @param {() => Transceiver} add makes a receiving transceiver for video */
  constructor(add) {
    this.add = add;
    /** @type {Line[]} */
    this.list = [];
  }

  /**
   * Want these pictures and no others. True if the description changes by that: the call is to be renegotiated.
   * @param {import('./layout.js').Wish[]} wanted
   */
  want(wanted) {
    let changed = false;
    this.list = this.list.filter((line) => line.transceiver.direction !== 'stopped');
    for (const line of this.list) {
      const wish = line.wish;
      const kept = wish && wanted.find((other) => other.label === wish.label);
      if (wish && !kept) {
        line.wish = undefined;
        line.transceiver.direction = 'inactive';
        changed = true;
      } else if (wish && kept) {
        changed = changed || kept.content !== wish.content;
        line.wish = kept;
      }
    }
    for (const wish of wanted) {
      if (!this.list.some((line) => line.wish?.label === wish.label)) {
        this.#take(wish);
        changed = true;
      }
    }
    return changed;
  }

  /** @param {import('./layout.js').Wish} wish */
  #take(wish) {
    let line = this.list.find((other) => !other.wish);
    if (!line) {
      line = { transceiver: this.add(), wish: undefined };
      this.list.push(line);
    }
    line.wish = wish;
    line.transceiver.direction = 'recvonly';
  }

  /** Attributes for each line that is in use, by mid. @returns {Map<string, string[]>} */
  attributes() {
    const map = new Map();
    for (const { transceiver, wish } of this.list) {
      if (wish && transceiver.mid !== null) {
        map.set(transceiver.mid, [`label:${wish.label}`, ...(wish.content ? [`content:${wish.content}`] : [])]);
      }
    }
    return map;
  }

  /** Lines that bring a picture. @returns {{ wish: import('./layout.js').Wish, track: MediaStreamTrack }[]} */
  pictures() {
    return this.list.flatMap(({ transceiver, wish }) => (wish ? [{ wish, track: transceiver.receiver.track }] : []));
  }
}
