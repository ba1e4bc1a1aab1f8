// SPDX-License-Identifier: GPL-3.0-or-later
// What somebody has written, out of the forms in which it comes: as text, or in an envelope of message/cpim (RFC 3862) as Linphone from 5.4
// on has it. Pure.

/** @typedef {{ from: string, text: string }} Message */

/** What Linphone says of a file that was laid down elsewhere. */
const FILE_TYPE = 'application/vnd.gsma.rcs-ft-http+xml';

/**
 * undefined: nothing that was written, such as that somebody is writing (RFC 3994) or has read (RFC 5438).
 * @param {string} type Content-Type @param {string} body @param {string} from who sent it, as far as the request says
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

/** Fields of the message, an empty line, fields of its content, an empty line, the content. @param {string} body @param {string} from */
function readEnvelope(body, from) {
  const parts = /^((?:.+\r?\n)*)\r?\n((?:.+\r?\n)*)\r?\n([^]*)$/.exec(body);
  if (!parts) {
    return undefined;
  }
  const [, message, content, text] = parts;
  const sender = /^From:\s*(?:"?([^"<\r\n]*)"?\s*)?<([^>\r\n]*)>/im.exec(message);
  const type = /^Content-Type:\s*(.+?)\s*$/im.exec(content)?.[1] ?? '';
  const name = sender?.[1]?.trim() || (sender?.[2] ?? '').replace(/^(sips?|im):/, '').replace(/@.*/, '');
  return /^message\/cpim/i.test(type) ? undefined : readMessage(type, text, name || from);
}

/** Markup is not shown, what is in it is. @param {string} html */
function textOf(html) {
  /** @type {Record<string, string>} */
  const names = { amp: '&', lt: '<', gt: '>', quot: '"', apos: '\'', nbsp: ' ' };
  return html.replace(/<(br|\/p|\/div)\b[^>]*>/gi, '\n').replace(/<[^>]*>/g, '').replace(/&(\w+);/g, (all, name) => names[name] ?? all).trim();
}
