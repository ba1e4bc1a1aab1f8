// SPDX-License-Identifier: GPL-3.0-or-later
// Why nobody comes in, or is in no more, in words that say what one can do. Pure: what the server answered in, words for people out.

/** Said to who may try again. */
const AGAIN = 'Please try again in a moment.';
const LINK = 'Ask who invited you for a new link.';
const UNREACHED = 'The server is not reached. Check your connection, then try again.';
const NO_MEETING = 'There is no such meeting. Check the name of the room, or ask who invited you.';
const NO_WAY_IN_COMMON = 'This browser and the meeting have no way in common to send sound and pictures. Try another browser, or a newer one.';
const NAME_TOO_LONG = 'Your name is too long. Please shorten it and try again.';

/** What the HTTP interface calls it (docs/web-api.md). @type {Record<string, string>} */
const CODES = {
  'pin-wrong': 'There is no such meeting with that PIN. Check the name of the room and the PIN.',
  'pin-barred': `Too many wrong PINs. ${AGAIN}`,
  'locked-out': `Too many tries. ${AGAIN}`,
  'link-expired': `This link has expired. ${LINK}`,
  'link-revoked': `This link was withdrawn. ${LINK}`,
  'link-invalid': 'This link is not complete, or not of this server. Copy the whole link from the invitation, or ask for a new one.',
  'guests-not-allowed': 'Only people with an account may come in here. If you have one, open the page without the link and log in.',
  'no-accounts': 'There are no accounts on this server. Come in by a link or a PIN.',
};

/** What a conference says for which there are better words, by its beginning: status and warning may be the same for several. @type {[string, string][]} */
const CONFERENCE = [
  ['No such conference', NO_MEETING],
  ['Conference has ended', 'This meeting has ended. Ask who invited you whether there is another one.'],
  ['Conference was cancelled', 'This meeting was cancelled. Ask who invited you whether there is another one.'],
  ['Not invited', 'You are not among those who were invited. Ask the organiser to invite you.'],
  ['The organiser has not joined yet', 'The organiser is not there yet. Please try again in some minutes.'],
  ['Conference is locked', 'This meeting is locked. Ask somebody who is in it to unlock it, then try again.'],
  ['Conference is full', 'This meeting is full. Try again when somebody has left.'],
  ['Too many conferences of one account', 'You have as many meetings as one account may have. End one of them, then try again.'],
  ['Too many conferences', `The server has as many meetings as it can hold just now. ${AGAIN}`],
  ['Out of memory', `The server has no room for anybody else just now. ${AGAIN}`],
  ['Too many devices', 'You are in this meeting with too many devices. Leave on one of them, then try again.'],
  ['AES-256 is required here', 'This meeting demands stronger encryption (AES-256) than this browser has. Try another browser.'],
  ['Identity or name too long', NAME_TOO_LONG],
  ['The name is too long', NAME_TOO_LONG],
  ['Removed by a moderator', 'A moderator has removed you. If that was a mistake, ask somebody who is in the meeting to let you in again.'],
  ['Conference is over', 'A moderator has ended the meeting for everybody, or its time was up.'],
];
/** Those that tell a time behind. @type {[string, (time: string) => string][]} */
const TIMES = [
  ['Conference can be joined from', (time) => `This meeting has not begun: one can come in from ${ended(time)}`],
  ['Conference already expired on', (time) => `This meeting was over on ${ended(time)} Ask who invited you whether there is another one.`],
];

/** @type {Record<number, string>} */
const STATUSES = {
  400: 'The server did not understand the browser. Please load the page again.',
  401: 'The user or the password is not right, or your link is no longer good. Check them and try again.',
  403: 'You may not come in here. Ask who invited you for a link, or a moderator to let you in.',
  404: NO_MEETING,
  407: 'The user or the password is not right. Check both and try again.',
  408: `The meeting was not reached in time. ${AGAIN}`,
  410: 'This meeting or this link is no more. Ask who invited you for a new one.',
  429: `Too many tries. ${AGAIN}`,
  480: `The meeting can't be reached just now. ${AGAIN}`,
  486: 'The meeting takes nobody else just now. Try again when somebody has left.',
  488: NO_WAY_IN_COMMON,
  600: 'Nobody takes this call just now. Please try again later.',
  603: 'The call was declined. Ask who invited you.',
  606: NO_WAY_IN_COMMON,
};

/**
 * @typedef {{ status: number, code?: string, text?: string, retryAfter?: number }} Answer
 * What was answered: status of HTTP or SIP, 0: nothing came; code of a problem; what it says; seconds to wait, 0: not said.
 */

/** @param {Answer} answer @returns {string} */
export function explain({ status, code = '', text = '', retryAfter = 0 }) {
  if (status === 0 && text === '') {
    return UNREACHED;
  }
  const words = CODES[code] ?? ofConference(text) ?? (code === 'malformed' ? ofForm(text) : undefined) ?? ofStatus(status, text, retryAfter);
  return retryAfter > 0 ? `${words.replace(AGAIN, '').trim()} Please try again in ${spanOf(retryAfter)}.` : words;
}

/** Why a call has failed though nobody has refused it. @param {boolean} isReached was the server reached? @returns {string} */
export function explainFailure(isReached) {
  return isReached ? 'The call could not be set up. Load the page again, or try another browser.' : UNREACHED;
}

/** Why a call is over, in words; what has none is said as it is. @param {string} reason @returns {string} */
export function explainEnd(reason) {
  return ofConference(reason) ?? (reason.startsWith('Keys: ') ? 'Sound and pictures could not be encrypted. Load the page again; if that does not help, try another browser.' : reason);
}

/** @param {string} text @returns {string | undefined} */
function ofConference(text) {
  for (const [start, words] of TIMES) {
    if (text.startsWith(start)) {
      const at = new Date(text.slice(start.length).trim());
      return words(Number.isNaN(at.getTime()) ? text.slice(start.length).trim() : at.toLocaleString([], { dateStyle: 'medium', timeStyle: 'short' }));
    }
  }
  return CONFERENCE.find(([start]) => text.startsWith(start))?.[1];
}

/** What of the form is not right, which the server says best. @param {string} text @returns {string | undefined} */
function ofForm(text) {
  return text ? `Something of the form is not right: ${ended(text)} Please change it and try again.` : undefined;
}

/** A sentence, with one full stop, whether @text has one or not. @param {string} text */
function ended(text) {
  return `${text.replace(/[.\s]+$/, '')}.`;
}

/** A 403 that one is to wait for is said to who has tried too often. @param {number} status @param {string} text @param {number} retryAfter */
function ofStatus(status, text, retryAfter) {
  const words = STATUSES[status === 403 && retryAfter > 0 ? 429 : status] ?? (status >= 500 ? `The server takes nobody in just now. ${AGAIN}` : '');
  return words || `${ended(text || `The server answered ${status}`)} ${AGAIN}`;
}

/** @param {number} seconds */
function spanOf(seconds) {
  const minutes = Math.ceil(seconds / 60);
  return seconds === 1 ? 'a second' : seconds < 60 ? `${seconds} seconds` : minutes === 1 ? 'a minute' : `${minutes} minutes`;
}
