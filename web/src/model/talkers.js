// SPDX-License-Identifier: GPL-3.0-or-later
// Who speaks, from what a browser says of the packets of the mixed sound. Pure.

/** What is louder is speech. */
const TALK_LEVEL = 0.003;
/** So long after a packet that named them somebody still speaks; the server names them every 250 ms. */
const TALK_MSEC = 700;

/**
 * Addresses of the members whom @sources name. One without a level is in the mix, or would not be named; one with is loud or not.
 * @param {{ source: number, timestamp: number, audioLevel?: number }[]} sources of RTCRtpReceiver.getContributingSources
 * @param {import('./roster.js').Roster} roster
 * @param {number} now on the clock of the timestamps, which count from 1970 as Date.now() does
 * @returns {Set<string>}
 */
export function talkersOf(sources, roster, now) {
  /** @type {Set<string>} */
  const uris = new Set();
  for (const { source, timestamp, audioLevel } of sources) {
    const isHeard = timestamp > now - TALK_MSEC && (audioLevel ?? 1) > TALK_LEVEL;
    const member = isHeard ? roster.memberOfSsrc(source) : undefined;
    if (member) {
      uris.add(member.uri);
    }
  }
  return uris;
}
