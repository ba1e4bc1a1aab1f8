// SPDX-License-Identifier: GPL-3.0-or-later
// Where a call has failed, out of what JsSIP says of its end. Pure.

/** @typedef {'' | 'unreached' | 'here'} Failure '': it was hung up or refused; else on the way to the server, or in the browser */

/** JsSIP's causes for that the server has answered nothing. */
const UNREACHED = ['Connection Error', 'Request Timeout'];
/** What the browser can't do, which JsSIP tells of the other end, too: it is that end's description that the browser did not take. */
const IN_BROWSER = ['Bad Media Description', 'WebRTC Error'];
/** No failures: we have hung up. */
const HUNG_UP = ['Terminated', 'Canceled'];

/** @param {{ originator: string, cause: string }} end @returns {Failure} */
export function failureOf({ originator, cause }) {
  if (IN_BROWSER.includes(cause)) {
    return 'here';
  }
  if (originator === 'remote' || HUNG_UP.includes(cause)) {
    return '';
  }
  return UNREACHED.includes(cause) ? 'unreached' : 'here';
}
