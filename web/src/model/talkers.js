// SPDX-License-Identifier: GPL-3.0-or-later
// Who speaks, from what a browser says of the packets of the mixed sound. Pure.

/** What is louder is speech. */
const TALK_LEVEL = 0.003;
/** So long after a packet that named them somebody still speaks; the server names them every 250 ms. */
const TALK_MSEC = 700;

/**
 * Who is named is told by sources whose timestamp has changed lately, by our own clock: on which clock browsers put timestamps, and how
 * long sound waits there before it is played, differs.
 */
export class Talkers {
  /** @type {Map<number, { timestamp: number, since: number }>} when the timestamp of each source was seen to change last */
  #named = new Map();

  /**
   * Addresses of the members whom @sources name. One without a level is in the mix, or would not be named; one with is loud or not.
   * To be asked several times within TALK_MSEC.
   * @param {{ source: number, timestamp: number, audioLevel?: number }[]} sources of RTCRtpReceiver.getContributingSources
   * @param {import('./roster.js').Roster} roster
   * @param {number} now in milliseconds
   * @returns {Set<string>}
   */
  of(sources, roster, now) {
    const before = this.#named;
    this.#named = new Map();
    /** @type {Set<string>} */
    const uris = new Set();
    for (const { source, timestamp, audioLevel } of sources) {
      const last = before.get(source);
      const named = last?.timestamp === timestamp ? last : { timestamp, since: now };
      this.#named.set(source, named);
      const isHeard = now - named.since < TALK_MSEC && (audioLevel ?? 1) > TALK_LEVEL;
      const member = isHeard ? roster.memberOfSsrc(source) : undefined;
      if (member) {
        uris.add(member.uri);
      }
    }
    return uris;
  }
}
