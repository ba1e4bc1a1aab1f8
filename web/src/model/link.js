// SPDX-License-Identifier: GPL-3.0-or-later
// What the address of the page says: which room, and the token of a meeting link (docs/web-api.md). Pure. Tokens are read to show what
// they say; whether they are good is for the server to decide.

/** @typedef {{ room: string, token: string, name: string, role: string, expires: number }} Invitation room '' if none is named; expires in ms, 0: unknown */

/** @param {{ pathname: string, hash: string }} location @returns {Invitation} */
export function invitationOf({ pathname, hash }) {
  const named = /^\/m\/([^/]+)\/?$/.exec(pathname)?.[1];
  const behind = hash.replace(/^#/, '');
  const claims = claimsOf(behind);
  if (claims) {
    return {
      room: unescaped(named ?? '') || keyToName(String(claims.room ?? '')),
      token: behind,
      name: typeof claims.name === 'string' ? claims.name : '',
      role: typeof claims.role === 'string' ? claims.role : '',
      expires: typeof claims.exp === 'number' ? claims.exp * 1000 : 0,
    };
  }
  return { room: unescaped(named ?? behind), token: '', name: '', role: '', expires: 0 };
}

/** What a link is for whom it is given to. @param {string} url @returns {string} */
export function wordsForLink(url) {
  return invitationOf(new URL(url)).token ? 'Whoever has this link may come in' : 'Link of this meeting';
}

/** room-tea is what is dialled, tea what is said. @param {string} key */
export function keyToName(key) {
  return key.replace(/^room-/, '');
}

/** URI of a room: a name, or a whole address. @param {string} room @param {string} domain */
export function uriOfRoom(room, domain) {
  if (/^sips?:/.test(room)) {
    return room;
  }
  return room.includes('@') ? `sip:${room}` : `sip:room-${keyToName(room)}@${domain}`;
}

/** @param {string} text @returns {Record<string, unknown> | undefined} */
function claimsOf(text) {
  const parts = text.split('.');
  if (parts.length !== 3) {
    return undefined;
  }
  try {
    const octets = Uint8Array.from(atob(parts[1].replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));
    const claims = JSON.parse(new TextDecoder().decode(octets));
    return typeof claims === 'object' && claims !== null ? claims : undefined;
  } catch {
    return undefined;
  }
}

/** @param {string} text */
function unescaped(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
