// SPDX-License-Identifier: GPL-3.0-or-later
// What somebody has written, out of the forms in which it comes: as text, or in an envelope of message/cpim (RFC 3862) as Linphone from 5.4
// on has it. Pure.

/** @typedef {{ from: string, text: string }} Message */

/** What Linphone says of a file that was laid down elsewhere. */
const FILE_TYPE = 'application/vnd.gsma.rcs-ft-http+xml';

/**
 * undefined: nothing that was written, such as that somebody is writing (RFC 3994) or has read (RFC 5438).
 * @param {string} type Content-Type @param {string} body @param {string} from who sent it: From of the request, which the server writes
 * @returns {Message | undefined}
 */
export function readMessage(type, body, from) {
  switch (type.split(';')[0].trim().toLowerCase()) {
    case 'message/cpim':
      return readEnvelope(body, from);
    case '':
    case 'text/plain':
      return { from, text: body };
    case 'text/html':
      return { from, text: textOf(body) };
    case FILE_TYPE:
      return { from, text: '(A file, which this page can\u2019t show.)' };
    default:
      return undefined;
  }
}

/**
 * Fields of the message, an empty line, fields of its content, an empty line, the content. Who sent it is what the request says, which the
 * server wrote and answers for: the From of the envelope is the sender's word. @param {string} body @param {string} from
 */
function readEnvelope(body, from) {
  const parts = /^((?:.+\r?\n)*)\r?\n((?:.+\r?\n)*)\r?\n([^]*)$/.exec(body);
  if (!parts) {
    return undefined;
  }
  const [, , content, text] = parts;
  const type = /^Content-Type:\s*(.+?)\s*$/im.exec(content)?.[1] ?? '';
  return /^message\/cpim/i.test(type) ? undefined : readMessage(type, text, from);
}

/** @type {Record<string, string>} */
const ENTITIES = { amp: '&', lt: '<', gt: '>', quot: '"', apos: '\'', nbsp: ' ' };

/** Markup is not shown, what is in it is. @param {string} html */
function textOf(html) {
  return html.replace(/<(br|\/p|\/div)\b[^>]*>/gi, '\n').replace(/<[^>]*>/g, '').replace(/&(#\d+|#x[\da-f]+|\w+);/gi, characterOf).trim();
}

/** What a reference means; itself if that is nothing, or no character. @param {string} reference @param {string} name @returns {string} */
function characterOf(reference, name) {
  if (!name.startsWith('#')) {
    return Object.hasOwn(ENTITIES, name) ? ENTITIES[name] : reference;
  }
  const code = Number(name.slice(1).replace(/^x/i, '0x'));
  const isCharacter = code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff);
  return isCharacter ? String.fromCodePoint(code) : reference;
}
