// SPDX-License-Identifier: GPL-3.0-or-later
// What browsers leave out of a session description: label and content of its lines (RFC 4574, RFC 4796). Pure.

/**
 * @param {string} sdp
 * @param {Map<string, string[]>} attributes by mid, without "a="
 * @returns {string} the description with the attributes at the end of their sections
 */
export function withAttributes(sdp, attributes) {
  const sections = sdp.split(/(?=^m=)/m);
  return sections
    .map((section) => {
      const mid = /^a=mid:(\S+)/m.exec(section)?.[1];
      const added = (mid !== undefined && attributes.get(mid)) || [];
      const end = section.endsWith('\r\n') ? '' : '\r\n';
      return added.length > 0 ? section + end + added.map((line) => `a=${line}\r\n`).join('') : section;
    })
    .join('');
}

const RID_EXTENSION = 'urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id';

/**
 * The answer of a server that takes one encoding only. Chromium goes on to offer rids (JSEP section 5.2.2) and then refuses its own offer,
 * since the header extension for them was not agreed on: it stays agreed, on our side only. What nobody asked for is ignored (RFC 8285).
 * @param {string} answer @param {string} offer
 * @returns {string}
 */
export function withRidKept(answer, offer) {
  const offered = new Map(sectionsOf(offer).map((section) => [midOf(section), section]));
  return answer.split(/(?=^m=)/m).map((section) => {
    const own = section.startsWith('m=') ? offered.get(midOf(section)) ?? '' : '';
    const line = own.split('\r\n').find((each) => each.startsWith('a=extmap:') && each.includes(RID_EXTENSION));
    return line && /^a=simulcast:/m.test(own) && !section.includes(RID_EXTENSION) ? `${section}${line}\r\n` : section;
  }).join('');
}

/** @param {string} sdp */
function sectionsOf(sdp) {
  return sdp.split(/(?=^m=)/m).slice(1);
}

/** @param {string} section */
function midOf(section) {
  return /^a=mid:(\S+)/m.exec(section)?.[1] ?? '';
}
