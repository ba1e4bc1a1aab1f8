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
