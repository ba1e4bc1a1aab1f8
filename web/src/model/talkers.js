// SPDX-License-Identifier: GPL-3.0-or-later
// Who speaks, from what a browser says of the packets of the mixed sound. Pure.

/** What is louder begins to be speech, and what is softer is none any more: between words one does not flicker. */
const LOUD_LEVEL = 0.01;
const SOFT_LEVEL = 0.003;
/** So long after a packet that named them somebody still speaks; the server names them every 250 ms. */
const TALK_MSEC = 700;

/** @param {number} level 0 to 1 @param {boolean} wasLoud */
function isLoud(level, wasLoud) {
  return level > (wasLoud ? SOFT_LEVEL : LOUD_LEVEL);
}

/**
 * Who is named is told by sources whose timestamp has changed lately, by our own clock: on which clock browsers put timestamps, and how
 * long sound waits there before it is played, differs.
 */
export class Talkers {
  /** @type {Map<number, { timestamp: number, since: number, isLoud: boolean }>} when the timestamp of each source was seen to change last */
  #named = new Map();
  #isMixLoud = false;

  /**
   * Addresses of the members whom @sources name. One with a level is loud or not; one without is in the mix, and speaks if the mix is
   * loud: a microphone that only hisses is in it too. To be asked several times within TALK_MSEC.
   * @param {{ source: number, timestamp: number, audioLevel?: number }[]} sources of RTCRtpReceiver.getContributingSources
   * @param {import('./roster.js').Roster} roster
   * @param {number} now in milliseconds
   * @param {number} [mix] how loud all of it is, 0 to 1; 1 if that is not known
   * @returns {Set<string>}
   */
  of(sources, roster, now, mix = 1) {
    const before = this.#named;
    this.#named = new Map();
    this.#isMixLoud = isLoud(mix, this.#isMixLoud);
    /** @type {Set<string>} */
    const uris = new Set();
    for (const { source, timestamp, audioLevel } of sources) {
      const last = before.get(source);
      const named = {
        timestamp, since: last?.timestamp === timestamp ? last.since : now,
        isLoud: audioLevel === undefined ? this.#isMixLoud : isLoud(audioLevel, last?.isLoud ?? false),
      };
      this.#named.set(source, named);
      const member = named.isLoud && now - named.since < TALK_MSEC ? roster.memberOfSsrc(source) : undefined;
      if (member) {
        uris.add(member.uri);
      }
    }
    return uris;
  }
}
