// SPDX-License-Identifier: GPL-3.0-or-later
// HTTP digest (RFC 7616) with SHA-256, so that a password is never sent and no window of the browser asks for it.

/** @param {string} header WWW-Authenticate, several challenges in one @returns {Record<string, string> | undefined} that with SHA-256 */
export function challengeOf(header) {
  for (const part of header.split(/(?=\bDigest\s)/)) {
    /** @type {Record<string, string>} */
    const fields = {};
    for (const [, name, quoted, plain] of part.matchAll(/(\w[\w-]*)=(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/g)) {
      fields[name.toLowerCase()] = quoted ?? plain;
    }
    if (/^Digest\s/.test(part) && fields.algorithm?.toUpperCase() === 'SHA-256' && fields.nonce) {
      return fields;
    }
  }
  return undefined;
}

/** @param {string} text */
async function hash(text) {
  const octets = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return [...new Uint8Array(octets)].map((octet) => octet.toString(16).padStart(2, '0')).join('');
}

/**
 * The Authorization for a challenge.
 * @param {Record<string, string>} challenge @param {{ method: string, uri: string, user: string, password: string, cnonce?: string }} request
 */
export async function authorize(challenge, { method, uri, user, password, cnonce = crypto.randomUUID() }) {
  const { realm, nonce, opaque } = challenge;
  const [a1, a2] = [await hash(`${user}:${realm}:${password}`), await hash(`${method}:${uri}`)];
  const response = await hash(`${a1}:${nonce}:00000001:${cnonce}:auth:${a2}`);
  return `Digest username="${user}", realm="${realm}", nonce="${nonce}", uri="${uri}", algorithm=SHA-256, qop=auth, nc=00000001, cnonce="${cnonce}", `
    + `response="${response}"${opaque ? `, opaque="${opaque}"` : ''}`;
}
